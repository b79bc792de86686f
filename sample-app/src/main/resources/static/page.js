export const find = (id) => document.getElementById(id);

export function element(name, text = '', className = '') {
  const created = document.createElement(name);
  created.textContent = text;
  created.className = className;
  return created;
}

/** Says what is wrong, or nothing any more. */
export function problem(text = '') {
  find('problem').textContent = text;
}

export async function json(path, options) {
  const response = await fetch(path, { cache: 'no-store', ...options }).catch(() => {
    throw new Error('The application does not answer.');
  });
  const body = response.status === 204 ? null : await response.json();
  if (!response.ok) {
    throw new Error(body.detail ?? body.error);
  }
  problem();
  return body;
}
