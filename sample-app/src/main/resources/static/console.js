import { element, find, json, problem } from './page.js';

const SECONDS_SHOWN = 60;
const COLORS = 4;
const DOUBLE_PRESS_MILLIS = 600;
const CIRCLE = 2 ** 32;
const SVG = 'http://www.w3.org/2000/svg';

const numbers = new Map();

function drawn(name, attributes, title) {
  const created = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => created.setAttribute(key, value));
  if (title) {
    created.append(document.createElementNS(SVG, 'title'));
    created.firstChild.textContent = title;
  }
  return created;
}

/* The ring */

function at(hash, radius) {
  const angle = (hash / CIRCLE) * 2 * Math.PI - Math.PI / 2;
  return [Math.cos(angle) * radius, Math.sin(angle) * radius];
}

const color = (server) => (down.has(server) ? 'down ' : '') + `server-${(numbers.get(server) - 1) % COLORS + 1}`;

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
    return drawn('path', { d: arc(before, hash), class: `arc ${color(server)}` }, server);
  });
  const dots = books.map(({ name, hash, server }) => {
    const [cx, cy] = at(hash, 78);
    return drawn('circle', { cx, cy, r: 3, class: `dot ${color(server)}` }, `${name} on ${server}`);
  });
  find('ring').replaceChildren(...arcs, ...dots);
  find('ring').setAttribute('aria-label', `The ring of servers, with the books that were opened: ${[...numbers.keys()]
    .map((name) => `${books.filter(({ server }) => server === name).length} on ${name}`).join(', ')}`);
  await showKey();
}

let keys = 0;

async function showKey() {
  const mine = ++keys;
  const key = find('key').value;
  if (!key || /[^\x21-\x7e]/.test(key)) {
    find('place').textContent = 'A key is 1 to 250 characters of ASCII without spaces.';
    return;
  }
  const { hash, server, up, next } = await json(`/api/console/key?key=${encodeURIComponent(key)}`);
  if (mine !== keys) {
    return;
  }
  find('ring').querySelector('.needle')?.remove();
  const [x2, y2] = at(hash, 96);
  find('ring').append(drawn('line', { x1: 0, y1: 0, x2, y2, class: `needle ${color(server)}` }));
  const instead = next === null ? 'there is no other server that is up, so it is a miss'
    : `with failover it would be asked for on ${next}; without, it is a miss`;
  find('place').textContent = `Its hash is ${hash}, ${(hash / CIRCLE * 100).toFixed(1)} % of the way round. `
    + (up ? `It lives on ${server}. If that were down: ${instead}.` : `It lives on ${server}, which is down: ${instead}.`);
}

/* The servers */

let shown = '';
const pressed = new Set();

/** Once, if its button is pressed twice quickly: at the second time it already says the opposite. */
async function act(number, action) {
  if (pressed.has(number)) {
    return;
  }
  pressed.add(number);
  try {
    await json(`/api/servers/${number}/${action}`, { method: 'POST' });
    await showServers(await json('/api/console/servers'));
  }
  finally {
    setTimeout(() => pressed.delete(number), DOUBLE_PRESS_MILLIS);
  }
}

/** How a server is, since when and why. */
function state({ up, running, paused, controllable, reason, since }) {
  if (up && running && !paused) {
    return 'up';
  }
  const here = !running ? 'it was taken down here'
    : paused ? 'it was paused here' : controllable ? 'it is back, and will be asked again in a moment' : null;
  return (running && paused ? 'hangs' : 'down') + (since ? ` since ${new Date(since).toLocaleTimeString()}` : '')
    + `: ${[here, reason].filter(Boolean).join('; ')}`;
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
  down = new Set(servers.filter(({ up, running, paused }) => !up || !running || paused).map(({ name }) => name));
  find('servers').replaceChildren(...servers.map((server) => {
    const { name, number, share, controllable, running, paused } = server;
    const item = element('li', '', color(name));
    item.append(element('strong', name), element('span', ` ${(share * 100).toFixed(1)} % of the keys · ${state(server)}`));
    const taking = running ? ['Take down', 'stop'] : ['Bring back', 'restart'];
    const pausing = paused ? ['Resume', 'resume'] : ['Pause', 'pause'];
    const switches = element('div');
    for (const [text, action] of [taking, pausing]) {
      const created = button(text, () => act(number, action));
      created.disabled = !controllable || (action === 'pause' && !running);
      created.setAttribute('aria-describedby', 'switches');
      created.setAttribute('aria-label', `${text}: ${name}`);
      created.dataset.switch = `${number}${text === taking[0] ? 'a' : 'b'}`;
      switches.append(created);
    }
    item.append(switches);
    return item;
  }));
  document.querySelector(`[data-switch="${focused}"]`)?.focus();
  find('owners').replaceChildren(...servers.map(({ name }) => {
    const item = element('li', '', color(name));
    item.append(element('span', down.has(name) ? `${name}, down` : name));
    return item;
  }));
  find('switches').textContent = servers.some(({ controllable }) => controllable)
    ? 'They are within this application, so that it can take them down. The application goes on: what lives on a server that is down is loaded from the database.'
    : 'They are your own (LIBMC_SERVERS), so this page cannot take them down: the buttons are off.';
  await showRing();
}

/* The charts */

let history = [];
const PLAIN = new Intl.NumberFormat('en', { useGrouping: false, maximumFractionDigits: 3 });
const alone = ({ data }, series) => [...data[series].keys()].filter((i) => data[series][i] != null
  && data[series][i - 1] == null && data[series][i + 1] == null);
const style = getComputedStyle(document.documentElement);
const ink = (name) => style.getPropertyValue(name).trim();

const CHARTS = [
  { title: 'Hit ratio, %', series: [['hits', 'hitRatio', '--fast']], range: [0, 105] },
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
      scales: { x: { range: (_, min, max) => [max - SECONDS_SHOWN, max] }, y: { range: (_, min, max) => range ?? [0, Math.max(1, max * 1.1)] } },
      axes: [{ ...axis, size: 24, space: 60 }, { ...axis, values: (_, marks) => marks.map((mark) => PLAIN.format(mark)) }],
      series: [{}, ...series.map(([label, , name]) => {
        const stroke = () => resolved(name);
        return { label, stroke, width: 1.5, points: { show: true, size: 4, fill: stroke, filter: alone } };
      })],
    }, [[], ...series.map(() => [])], box);
    new ResizeObserver(() => chart.setSize({ width: Math.max(200, box.clientWidth), height: 120 })).observe(box);
    const drawing = box.querySelector('.u-wrap');
    drawing.setAttribute('role', 'img');
    const value = (moment, field) => (field === 'hitRatio' && moment[field] !== null ? moment[field] * 100 : moment[field]);
    return (moments) => {
      chart.setData([moments.map(({ time }) => new Date(time) / 1000),
        ...series.map(([, field]) => moments.map((moment) => value(moment, field)))]);
      const now = series.map(([label, field]) => `${label} ${value(moments.at(-1), field)?.toFixed(1) ?? 'unknown'}`);
      drawing.setAttribute('aria-label', `${title}: ${now.join(', ')}`);
    };
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
  const draw = () => history.length && update.forEach((chart) => chart(history));
  const listen = () => {
    const source = new EventSource('/api/console/live');
    source.addEventListener('history', async ({ data }) => {
      history = JSON.parse(data);
      shown = '';
      draw();
      problem();
      await showServers(await json('/api/console/servers'));
    });
    source.onmessage = async ({ data }) => {
      const { moment, telling, servers } = JSON.parse(data);
      history = [...history, moment].filter(({ time }) => new Date(moment.time) - new Date(time) < SECONDS_SHOWN * 1000);
      draw();
      document.body.dataset.moments = history.length;
      document.body.dataset.latest = moment.time;
      await follow(telling);
      await showServers(servers);
    };
    source.onerror = () => {
      problem('The connection to the application is lost, and tried again: what stands here is old.');
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(listen, 3000);
      }
    };
  };
  listen();
}

/* The stories */

const WAYS = {
  hit: 'found the value in memcached',
  stale: 'found the old value in memcached, and did not wait',
  waited: "waited for another caller's load",
  loaded: 'asked the database',
  failed: 'could not reach memcached, and asked the database',
};

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
  find('scale').replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map((part) => element('span', `${Math.round((end - begin) / 1000 * part)} ms`)));
  find('ways').replaceChildren(...Object.entries(WAYS)
    .map(([how, words]) => [how, words, calls.filter((call) => call.how.toLowerCase() === how).length])
    .filter(([, , count]) => count > 0)
    .map(([how, words, count]) => element('li', `${count} ${words}`, how)));
  find('halves').hidden = calls.every(({ process }) => process === 1);
  find('timeline').hidden = false;
}

const ON_THEIR_WAY = 'The callers are on their way …';
const tellers = [...document.querySelectorAll('[data-story]')];
let asking = false;
let following = false;

function rest(resting) {
  tellers.forEach((teller) => (resting ? teller.setAttribute('aria-disabled', 'true') : teller.removeAttribute('aria-disabled')));
}

function showOutcome(outcome) {
  find('outcome').textContent = outcome?.inWords ?? '';
  if (outcome) {
    showCalls(outcome.calls);
  }
}

/** A story that was begun on another page, or on this one before it was loaded anew. */
async function follow(telling) {
  if (asking) {
    return;
  }
  rest(telling);
  if (telling) {
    following = true;
    find('outcome').textContent = ON_THEIR_WAY;
  }
  else if (following) {
    following = false;
    showOutcome(await json('/api/stories/latest'));
  }
}

for (const teller of tellers) {
  teller.onclick = async () => {
    if (teller.hasAttribute('aria-disabled')) {
      return;
    }
    asking = true;
    following = false;
    rest(true);
    find('outcome').textContent = ON_THEIR_WAY;
    try {
      const { story, protected: isProtected } = teller.dataset;
      showOutcome(await json(`/api/stories/${story}?protected=${isProtected}`, { method: 'POST' }));
    }
    catch (failure) {
      find('outcome').textContent = failure.message;
    }
    finally {
      // what was said of it before its end may still be under way
      setTimeout(() => {
        asking = false;
        rest(false);
      }, DOUBLE_PRESS_MILLIS);
    }
  };
}

find('key').oninput = showKey;
document.addEventListener('asked', showRing);
await showServers(await json('/api/console/servers'));
watch();
