const REQUESTS_SHOWN = 7;
const SLOW_MILLIS = 100;

const find = (id) => document.getElementById(id);

function element(name, text = '', className = '') {
  const created = document.createElement(name);
  created.textContent = text;
  created.className = className;
  return created;
}

/** Sends a request and adds what it took to the list of requests. */
async function timed(method, path) {
  const start = performance.now();
  const response = await fetch(path, { method, cache: 'no-store' });
  const body = response.status === 204 ? null : await response.json();
  showRequest(`${method} ${path}`, performance.now() - start);
  if (!response.ok) {
    throw new Error(body.detail);
  }
  return body;
}

function showRequest(line, millis) {
  const row = element('li', '', millis < SLOW_MILLIS ? '' : 'slow');
  const path = element('code', line);
  path.title = line;
  const bar = element('i');
  bar.style.width = `${Math.min(100, millis / 4)}%`;
  row.append(path, bar, element('b', `${millis.toFixed(millis < 10 ? 1 : 0)} ms`));
  find('requests').prepend(row);
  find('requests').children[REQUESTS_SHOWN]?.remove();
}

let searches = 0;

async function search() {
  const mine = ++searches;
  const books = await timed('GET', `/api/books?q=${encodeURIComponent(find('words').value)}`);
  if (mine !== searches) {
    return;
  }
  find('found').textContent = books.length === 1 ? '1 book' : `${books.length} books`;
  find('books').replaceChildren(...books.map((book) => {
    const button = element('button', book.title);
    button.append(element('span', `${book.author} · ${book.published} · ${book.language}`, 'soft'));
    button.onclick = () => {
      find('books').querySelector('[aria-current]')?.removeAttribute('aria-current');
      button.setAttribute('aria-current', 'true');
      open(book.id);
    };
    const item = element('li');
    item.append(button);
    return item;
  }));
  await showServerSide();
}

async function open(id) {
  const { book, views } = await timed('GET', `/api/books/${id}`);
  find('hint').hidden = true;
  find('book').hidden = false;
  find('title').textContent = book.title;
  find('author').textContent = book.author;
  find('facts').textContent = `${book.published} · ${book.language} · ${views === null ? 'views unknown' : `opened ${views}×`}`;
  find('again').onclick = () => open(id);
  find('evict').onclick = async () => {
    await timed('DELETE', `/api/books/${id}/cache`);
    await showServerSide();
  };
  await showServerSide();
}

/** Cache meters, as the application reports them. */
async function showServerSide() {
  const meters = await fetch('/actuator/prometheus', { cache: 'no-store' }).then((response) => response.text());
  document.dispatchEvent(new Event('asked'));
  const caches = new Map();
  for (const [, labels, value] of meters.matchAll(/^cache_gets_total\{(.*)\} (.*)$/gm)) {
    const label = (name) => labels.match(new RegExp(`(?:^|,)${name}="([^"]*)"`))?.[1];
    const counts = caches.get(label('cache')) ?? {};
    counts[label('result')] = Number(value);
    caches.set(label('cache'), counts);
  }
  find('caches').replaceChildren(...[...caches].sort().map(([name, { hit = 0, miss = 0 }]) => {
    const row = element('tr');
    row.append(element('td', name), element('td', hit), element('td', miss));
    return row;
  }));
}

let typing;
find('words').oninput = () => {
  clearTimeout(typing);
  typing = setTimeout(search, 250);
};

window.onunhandledrejection = ({ reason }) => {
  find('found').textContent = reason.message;
};

await search();
