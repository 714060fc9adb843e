// Keys. What a key does is written beside the thing it does: data-keys="g o", "c o", "e", "1". Single keys can be switched off.
(() => {
  'use strict';
  const areOff = () => localStorage.getItem('kept.keys') === 'off';
  const wait = 1200; // ms between the two keys of a sequence
  let prefix = '', timer = 0;

  const find = (keys) => [...document.querySelectorAll(`[data-keys="${CSS.escape(keys)}"]`)].find((el) => !el.closest('dialog:not([open]):not(#keys), [inert]'));
  const primary = () => document.querySelector('dialog[open] .btn.primary') || document.querySelector('.head .btn.primary:not([aria-disabled])') || document.querySelector('main form .btn.primary');
  const jump = () => document.querySelector('[data-jump]');
  const sheet = () => { const keys = document.getElementById('keys'); if (keys) keys.open ? keys.close() : keys.showModal(); };
  const narrow = () => {
    const root = document.documentElement, isNarrow = root.dataset.side === 'narrow';
    root.dataset.side = isNarrow ? 'wide' : 'narrow';
    document.cookie = `side=${root.dataset.side}; path=/; max-age=31536000; samesite=lax`;
  };
  const plain = { '?': sheet, '[': narrow, ']': narrow, p: () => window.print(), '/': () => (document.querySelector('[data-find]') || jump() || document.body).focus() };

  document.addEventListener('keydown', (event) => {
    const { key } = event;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      if (key === 'k' && jump()) { event.preventDefault(); if (window.kept.palette) window.kept.palette(); else jump().focus(); }
      if (key === 'Enter' && primary()) { event.preventDefault(); primary().click(); }
      return;
    }
    if (event.altKey || event.defaultPrevented || areOff() || window.kept.isTyping(event.target)) return;
    if (document.querySelector('dialog[open]') && key !== '?') return;
    clearTimeout(timer);
    if (!prefix && (key === 'g' || key === 'c')) {
      prefix = key;
      timer = setTimeout(() => { prefix = ''; }, wait);
      return;
    }
    const keys = prefix ? `${prefix} ${key}` : key;
    prefix = '';
    const target = find(keys);
    if (target) { event.preventDefault(); target.click(); return; }
    if (plain[keys]) { event.preventDefault(); plain[keys](); }
  });

  const choice = document.querySelector('[data-single-keys]');
  if (choice) {
    choice.checked = !areOff();
    choice.addEventListener('change', () => localStorage.setItem('kept.keys', choice.checked ? 'on' : 'off'));
  }
})();
