const SECONDS_SHOWN = 60;
const CIRCLE = 2 ** 32;
const SVG = 'http://www.w3.org/2000/svg';

const find = (id) => document.getElementById(id);
const numbers = new Map();

function element(name, text = '', className = '') {
  const created = document.createElement(name);
  created.textContent = text;
  created.className = className;
  return created;
}

function drawn(name, attributes, title) {
  const created = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => created.setAttribute(key, value));
  if (title) {
    created.append(document.createElementNS(SVG, 'title'));
    created.firstChild.textContent = title;
  }
  return created;
}

async function json(path, options) {
  const response = await fetch(path, { cache: 'no-store', ...options });
  const body = response.status === 204 ? null : await response.json();
  if (!response.ok) {
    throw new Error(body.detail);
  }
  return body;
}

/* The ring */

function at(hash, radius) {
  const angle = (hash / CIRCLE) * 2 * Math.PI - Math.PI / 2;
  return [Math.cos(angle) * radius, Math.sin(angle) * radius];
}

const color = (server) => `server-${numbers.get(server) ?? 0}`;

function arc(from, to) {
  const [x1, y1] = at(from, 90);
  const [x2, y2] = at(to, 90);
  return `M ${x1} ${y1} A 90 90 0 0 1 ${x2} ${y2}`;
}

let down = new Set();

async function showRing() {
  const { points, books } = await json('/api/console/ring');
  const arcs = points.map(({ hash, server }, i) => {
    const before = i === 0 ? points.at(-1).hash - CIRCLE : points[i - 1].hash;
    return drawn('path', { d: arc(before, hash), class: `arc ${color(server)} ${down.has(server) ? 'down' : ''}` }, server);
  });
  const dots = books.map(({ name, hash, server }) => {
    const [cx, cy] = at(hash, 78);
    return drawn('circle', { cx, cy, r: 3, class: `dot ${color(server)} ${down.has(server) ? 'down' : ''}` }, `${name} on ${server}`);
  });
  find('ring').replaceChildren(...arcs, ...dots);
  await showKey();
}

async function showKey() {
  const key = find('key').value;
  if (!key || /[^\x21-\x7e]/.test(key)) {
    find('place').textContent = 'A key is 1 to 250 characters of ASCII without spaces.';
    return;
  }
  const { hash, server, up, next } = await json(`/api/console/key?key=${encodeURIComponent(key)}`);
  find('ring').querySelector('.needle')?.remove();
  const [x2, y2] = at(hash, 96);
  find('ring').append(drawn('line', { x1: 0, y1: 0, x2, y2, class: `needle ${color(server)}` }));
  const instead = next === null ? 'there is no other server'
    : `with failover it would be asked for on ${next}; without, it is a miss`;
  find('place').textContent = `Its hash is ${hash}, ${(hash / CIRCLE * 100).toFixed(1)} % of the way round. `
    + (up ? `It lives on ${server}. If that were down: ${instead}.` : `It lives on ${server}, which is down: ${instead}.`);
}

/* The servers */

let shown = '';

async function act(number, action) {
  await json(`/api/servers/${number}/${action}`, { method: 'POST' });
  shown = '';
  await showServers(await json('/api/console/servers'));
}

function button(text, action) {
  const created = element('button', text);
  created.onclick = action;
  return created;
}

async function showServers(servers) {
  servers.forEach(({ name, number }) => numbers.set(name, number));
  const now = JSON.stringify(servers);
  if (now === shown) {
    return;
  }
  shown = now;
  const focused = document.activeElement?.dataset.switch;
  down = new Set(servers.filter(({ up, paused }) => !up || paused).map(({ name }) => name));
  find('servers').replaceChildren(...servers.map((server) => {
    const { name, number, share, up, reason, since, controllable, paused } = server;
    const item = element('li', '', up && !paused ? color(name) : 'down');
    const state = paused ? 'hangs' : up ? 'up' : `down${since ? ` since ${new Date(since).toLocaleTimeString()}` : ''}: ${reason}`;
    item.append(element('strong', name), element('span', ` ${(share * 100).toFixed(0)} % of the keys · ${state}`));
    const taking = up ? ['Take down', 'stop'] : ['Bring back', 'restart'];
    const pausing = paused ? ['Resume', 'resume'] : ['Pause', 'pause'];
    const switches = element('div');
    for (const [text, action] of [taking, pausing]) {
      const created = button(text, () => act(number, action));
      created.disabled = !controllable || (action === 'pause' && !up);
      created.setAttribute('aria-label', `${text}: ${name}`);
      created.dataset.switch = `${number}${text === taking[0] ? 'a' : 'b'}`;
      switches.append(created);
    }
    item.append(switches);
    return item;
  }));
  document.querySelector(`[data-switch="${focused}"]`)?.focus();
  find('switches').textContent = servers.some(({ controllable }) => controllable)
    ? 'They are within this application, so that it can take them down. The application goes on: what lives on a server that is down is loaded from the database.'
    : 'They are your own (LIBMC_SERVERS), so this page cannot take them down: the buttons are off.';
  await showRing();
}

/* The charts */

const history = [];
const style = getComputedStyle(document.documentElement);
const ink = (name) => style.getPropertyValue(name).trim();

const CHARTS = [
  { title: 'Hit ratio, %', series: [['hits', 'hitRatio', '--fast']], range: [0, 100] },
  { title: 'Operations each second', series: [['operations', 'operations', '--fast'], ['in flight', 'inFlight', '--slow']] },
  { title: 'A look-up, ms', series: [['half of them', 'lookupP50', '--fast'], ['99 %', 'lookupP99', '--slow']] },
  { title: 'memcached, ms', series: [['half of them', 'memcachedP50', '--fast'], ['99 %', 'memcachedP99', '--slow']] },
];

function charts() {
  return CHARTS.map(({ title, series, range }) => {
    const box = element('div', '', 'chart');
    box.append(element('h3', title));
    find('charts').append(box);
    const axis = { stroke: () => resolved('--soft'), grid: { stroke: () => resolved('--line'), width: 1 }, font: '11px system-ui', size: 42 };
    const chart = new uPlot({
      width: Math.max(200, box.clientWidth), height: 120, cursor: { show: false },
      legend: { show: series.length > 1, live: false },
      scales: { y: { range: (_, min, max) => range ?? [0, Math.max(1, max * 1.1)] } },
      axes: [{ ...axis, size: 24, space: 60 }, axis],
      series: [{}, ...series.map(([label, , name]) => ({ label, stroke: () => resolved(name), width: 1.5, spanGaps: true }))],
    }, [[], ...series.map(() => [])], box);
    new ResizeObserver(() => chart.setSize({ width: Math.max(200, box.clientWidth), height: 120 })).observe(box);
    return (moments) => chart.setData([moments.map(({ time }) => new Date(time) / 1000),
      ...series.map(([, field]) => moments.map((moment) => (field === 'hitRatio' && moment[field] !== null ? moment[field] * 100 : moment[field])))]);
  });
}

/** A color as it is now, in light or dark. */
function resolved(name) {
  const probe = find('probe') ?? document.body.appendChild(Object.assign(element('i'), { id: 'probe', hidden: true }));
  probe.style.color = ink(name);
  return getComputedStyle(probe).color;
}

function watch() {
  const update = charts();
  new EventSource('/api/console/live').onmessage = async ({ data }) => {
    const moment = JSON.parse(data);
    history.push(moment);
    history.splice(0, history.length - SECONDS_SHOWN);
    update.forEach((draw) => draw(history));
    document.body.dataset.moments = Number(document.body.dataset.moments ?? 0) + 1;
    await showServers(moment.servers);
  };
}

/* The stories */

function showCalls(calls) {
  const begin = Math.min(...calls.map(({ start }) => start));
  const end = Math.max(...calls.map(({ end: last }) => last), begin + 1);
  const ordered = [...calls].sort((a, b) => a.process - b.process || a.start - b.start);
  const svg = find('calls');
  svg.setAttribute('viewBox', `0 0 600 ${ordered.length}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  const isLoad = ({ how }) => how.toLowerCase() === 'loaded';
  const few = ordered.filter(isLoad).length < 10; // which would not be seen among 200
  const line = (call, i) => drawn('rect', {
    x: ((call.start - begin) / (end - begin)) * 600, y: few && isLoad(call) ? i - 1 : i, height: few && isLoad(call) ? 3 : 0.9,
    width: Math.max(2, ((call.end - call.start) / (end - begin)) * 600), class: call.how.toLowerCase(),
  });
  const lines = ordered.map(line);
  svg.replaceChildren(...lines.filter((_, i) => !isLoad(ordered[i])), ...lines.filter((_, i) => isLoad(ordered[i])));
  svg.setAttribute('aria-label', `Time line of ${calls.length} callers over ${Math.round((end - begin) / 1000)} ms`);
  find('timeline').hidden = false;
}

for (const teller of document.querySelectorAll('[data-story]')) {
  teller.onclick = async () => {
    const { story, protected: isProtected } = teller.dataset;
    const all = document.querySelectorAll('[data-story]');
    all.forEach((each) => each.setAttribute('aria-disabled', 'true'));
    find('outcome').textContent = 'The callers are on their way …';
    try {
      const outcome = await json(`/api/stories/${story}?protected=${isProtected}`, { method: 'POST' });
      find('outcome').textContent = outcome.inWords;
      showCalls(outcome.calls);
    }
    catch (problem) {
      find('outcome').textContent = problem.message;
    }
    finally {
      all.forEach((each) => each.removeAttribute('aria-disabled'));
    }
  };
}

find('key').oninput = showKey;
document.addEventListener('asked', showRing);
await showServers(await json('/api/console/servers'));
watch();
