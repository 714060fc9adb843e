// The one place that knows htmx's events: token, errors, focus, announcements. Plus toasts, double presses and the leave guard.
(() => {
  'use strict';
  const $ = (selector, root = document) => root.querySelector(selector);
  const say = (text, id = 'live') => { const region = document.getElementById(id); if (region) region.textContent = text; };
  window.kept = { say, isTyping: (el) => !!el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) && !/^(checkbox|radio|button|submit)$/.test(el.type)) };

  // --- htmx -------------------------------------------------------------------------------------------------------
  document.addEventListener('htmx:configRequest', (event) => {
    const token = $('meta[name="csrf-token"]');
    if (token) event.detail.headers['X-CSRFToken'] = token.content;
  });
  const refused = (event) => {
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (status === 401) { location.reload(); return; }
    const reference = event.detail.xhr && event.detail.xhr.getResponseHeader('X-Request-Id');
    const what = status === 403 ? 'You may not do this.' : status ? 'The server could not do this.' : 'The server did not answer.';
    say(`${what} Nothing was changed.${reference ? ` Reference ${reference}.` : ''}`, 'alert');
    toast(`${what} Nothing was changed. Try again.${reference ? ` Reference ${reference}` : ''}`, true);
  };
  for (const name of ['htmx:responseError', 'htmx:sendError', 'htmx:timeout']) document.addEventListener(name, refused);
  document.addEventListener('htmx:afterSettle', (event) => {
    const root = event.detail.elt;
    const next = root.matches && root.matches('[data-focus-after]') ? root : $('[data-focus-after], [data-focus]', root);
    if (next) next.focus();
    const news = $('[data-say]', root) || (root.dataset && root.dataset.say ? root : null);
    if (news) say(news.dataset.say);
    if (news && 'tell' in news.dataset) toast(news.dataset.say);
    arm(root);
  });

  // --- toasts: 6 s, 8 s with an undo, longer while one looks at them --------------------------------------------------
  function toast(text, stays) {
    const box = document.createElement('div');
    box.className = 'toast';
    box.append(text);
    const close = document.createElement('button');
    Object.assign(close, { type: 'button', className: 'linkish', textContent: 'Dismiss' });
    close.dataset.dismiss = '';
    box.append(close);
    const region = $('#toasts');
    if (!region) return;
    region.append(box);
    while (region.children.length > 3) region.firstElementChild.remove();
    if (!stays) expire(box);
  }
  function expire(box) {
    let timer;
    const start = () => { timer = setTimeout(() => box.remove(), $('form, [data-undo]', box) ? 8000 : 6000); };
    const stop = () => clearTimeout(timer);
    for (const name of ['pointerenter', 'focusin']) box.addEventListener(name, stop);
    for (const name of ['pointerleave', 'focusout']) box.addEventListener(name, start);
    start();
  }
  window.kept.toast = toast;
  function arm(root) {
    root.querySelectorAll('[data-toast]').forEach((box) => { delete box.dataset.toast; box.removeAttribute('data-toast'); expire(box); });
  }
  document.addEventListener('click', (event) => {
    const dismiss = event.target.closest('[data-dismiss]');
    if (dismiss) dismiss.closest('.toast, .note').remove();
  });

  // --- light or dark: at once, and kept by the server -------------------------------------------------------------------
  const theme = $('[data-theme-switch]');
  if (theme) {
    const root = document.documentElement, isDark = () => (root.dataset.theme === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : root.dataset.theme === 'dark');
    const offer = () => { theme.value = isDark() ? 'light' : 'dark'; };
    offer();
    theme.form.addEventListener('htmx:afterRequest', (event) => { if (event.detail.successful) { root.dataset.theme = theme.value; offer(); } });
  }

  // --- forms --------------------------------------------------------------------------------------------------------
  let unsaved = null;
  document.addEventListener('input', (event) => { const form = event.target.closest('form[data-guard]'); if (form) unsaved = form; });
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post' || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; } // the second press of a double click; the key would catch it too
    form.dataset.sent = '1';
    unsaved = null;
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
  window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach((form) => { delete form.dataset.sent; }));
  window.addEventListener('beforeunload', (event) => { if (unsaved && unsaved.isConnected) event.preventDefault(); });

  arm(document);
  const summary = $('[data-focus]');
  if (summary) summary.focus();
})();
