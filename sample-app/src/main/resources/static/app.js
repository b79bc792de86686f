import { element, find, json, problem } from './page.js';

const REQUESTS_SHOWN = 7;
const SLOW_MILLIS = 100;

/** Sends a request and adds what it took to the list of requests. */
async function timed(method, path) {
  const start = performance.now();
  const body = await json(path, { method });
  showRequest(`${method} ${path}`, performance.now() - start);
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
  find('books').replaceChildren(...books.map((book, i) => {
    const button = element('button', book.title);
    button.tabIndex = i === 0 ? 0 : -1;
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

/** One of the books is in the tab order; the arrow keys go from one to the next. */
find('books').onkeydown = (event) => {
  const buttons = [...find('books').querySelectorAll('button')];
  const next = buttons[buttons.indexOf(document.activeElement) + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] ?? NaN)];
  if (next) {
    event.preventDefault();
    next.focus();
  }
};
find('books').onfocusin = ({ target }) => {
  find('books').querySelector('[tabindex="0"]').tabIndex = -1;
  target.tabIndex = 0;
};

let typing;
find('words').oninput = () => {
  clearTimeout(typing);
  typing = setTimeout(search, 250);
};

window.onunhandledrejection = ({ reason }) => problem(reason.message);

await search();
