// The command palette. The server finds documents, customers and products; recent pages, this page's actions, what can be created and places are in the page.
(() => {
  'use strict';
  const palette = document.getElementById('palette');
  if (!palette) return;
  const input = palette.querySelector('input'), list = palette.querySelector('[role="listbox"]'), found = palette.querySelector('#palette-found');
  const recentKey = 'kept.recent', mostRecent = 6;
  const recent = () => { try { return JSON.parse(sessionStorage.getItem(recentKey)) || []; } catch { return []; } };
  const title = document.querySelector('main h1');
  if (/\/\d+\/$/.test(location.pathname) && title) {
    const here = { label: title.textContent.trim(), url: location.pathname };
    sessionStorage.setItem(recentKey, JSON.stringify([here, ...recent().filter((one) => one.url !== here.url)].slice(0, mostRecent)));
  }

  const group = (name, items) => {
    const box = document.createElement('div'), cap = document.createElement('div');
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', name);
    cap.className = 'cap';
    cap.setAttribute('role', 'presentation');
    cap.textContent = name;
    box.append(cap);
    items.forEach(({ label, url, keys, run }, number) => {
      const option = document.createElement(url ? 'a' : 'div');
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', 'false');
      option.id = `palette-${name.toLowerCase().replace(/\W/g, '')}-${number}`;
      option.tabIndex = -1;
      if (url) option.href = url;
      if (run) option.addEventListener('click', () => { palette.close(); run(); });
      option.append(label);
      if (keys) { const key = document.createElement('kbd'); key.textContent = keys; option.append(key); }
      box.append(option);
    });
    return box;
  };
  const words = (el) => [...el.childNodes].filter((node) => node.nodeName !== 'KBD').map((node) => node.textContent).join(' ').replace(/\s+/g, ' ').trim() || el.getAttribute('aria-label');
  const groups = () => [
    group('Recent', recent().filter((one) => one.url !== location.pathname)),
    group('On this page', [...document.querySelectorAll('.head .acts :is(a, button):not([aria-disabled]), [data-find]')].filter((el) => el.checkVisibility()).map((el) => ({ label: el.matches('[data-find]') ? el.getAttribute('aria-label') : words(el), keys: el.matches('[data-find]') ? '/' : el.dataset.keys, run: () => (el.matches('[data-find]') ? el.focus() : el.click()) }))),
    group('Create', [...document.querySelectorAll('#keys a[data-keys^="c "]')].map((el) => ({ label: el.textContent.trim(), url: el.getAttribute('href'), keys: el.dataset.keys }))),
    group('Go to', [...document.querySelectorAll('#side li a, #user-menu a')].map((el) => ({ label: (el.querySelector('span:not(.n)') || el).textContent.trim(), url: el.getAttribute('href'), keys: el.dataset.keys }))),
  ];

  const options = () => [...list.querySelectorAll('[role="option"]:not([hidden])')];
  const choose = (option) => {
    list.querySelectorAll('[aria-selected="true"]').forEach((one) => one.setAttribute('aria-selected', 'false'));
    if (!option) { input.removeAttribute('aria-activedescendant'); return; }
    option.setAttribute('aria-selected', 'true');
    input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  };
  const narrow = () => {
    const typed = input.value.trim().toLowerCase(), isAction = typed.startsWith('>'), text = isAction ? typed.slice(1).trim() : typed;
    const isServers = /^[#@/]/.test(typed);
    if (!typed || isAction) found.replaceChildren();
    list.querySelectorAll('[role="group"]:not(#palette-found)').forEach((box) => {
      const name = box.getAttribute('aria-label'), fits = isAction ? name === 'On this page' || name === 'Create' : !isServers;
      box.querySelectorAll('[role="option"]').forEach((option) => { option.hidden = !fits || !option.textContent.toLowerCase().includes(text); });
    });
    choose(options()[0]);
  };
  const open = (text = '') => {
    list.querySelectorAll('[role="group"]:not(#palette-found)').forEach((box) => box.remove());
    list.append(...groups());
    found.replaceChildren();
    input.value = text;
    document.querySelectorAll('[popover]:popover-open').forEach((one) => one.hidePopover());
    palette.showModal();
    input.focus();
    narrow();
  };

  const jump = document.querySelector('[data-jump]');
  jump.addEventListener('pointerdown', (event) => { event.preventDefault(); open(jump.value); });
  jump.addEventListener('input', () => { const text = jump.value; jump.value = ''; open(text); input.dispatchEvent(new Event('input', { bubbles: true })); });
  window.kept.palette = open;
  input.addEventListener('input', narrow);
  input.addEventListener('htmx:configRequest', (event) => { if (/^>|^\s*$/.test(input.value)) event.preventDefault(); });
  found.addEventListener('htmx:afterSwap', () => { if (!palette.open) return; choose(options()[0]); window.kept.say(`${options().length} results`); });
  palette.addEventListener('keydown', (event) => {
    const all = options(), at = all.findIndex((one) => one.getAttribute('aria-selected') === 'true');
    if (event.key === 'ArrowDown') choose(all[(at + 1) % all.length]);
    else if (event.key === 'ArrowUp') choose(all[(at - 1 + all.length) % all.length]);
    else if (event.key === 'Enter' && all[at] && (!found.querySelector('.none') || !found.contains(all[at]))) { if (event.ctrlKey && all[at].href) window.open(all[at].href); else all[at].click(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
})();
