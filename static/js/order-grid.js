// The order's lines at the speed of typing. Without this file the same form saves as a whole; every rule and every
// sum stays on the server. Rows post in the background, one request at a time, in order; typing never waits for them.
(() => {
  'use strict';
  const chooser = document.querySelector('[data-customers]');
  if (chooser) { // arrows walk the customers found, Enter in the box starts with the first
    const box = chooser.querySelector('#customer');
    chooser.addEventListener('keydown', (event) => {
      const found = [...chooser.querySelectorAll('.choice')];
      const at = found.indexOf(document.activeElement);
      if (event.key === 'ArrowDown' && found.length) { event.preventDefault(); found[Math.min(at + 1, found.length - 1)].focus(); }
      if (event.key === 'ArrowUp' && at >= 0) { event.preventDefault(); (found[at - 1] || box).focus(); }
    });
    return;
  }

  const form = document.querySelector('[data-order-grid]');
  if (!form) return;
  const body = form.querySelector('#order-lines');
  const $ = (selector, root = document) => root.querySelector(selector);
  const rows = () => [...body.querySelectorAll('tr[data-line]')];
  const cells = (row) => [...row.querySelectorAll('input.cell, select.cell')].filter((cell) => !cell.disabled);
  const cell = (row, name) => row.querySelector(`[name^="${name}-"]`);
  const values = (row) => Object.fromEntries(cells(row).map((one) => [one.name.split('-', 1)[0], one.value]));
  const stamp = (row) => row.querySelector('[name="line"]'); // key.version.shown price
  const shownPrice = (value) => value.split('.').slice(2);
  const isEmpty = (row) => !cell(row, 'sku').value.trim() && !cell(row, 'quantity').value.trim();
  const saved = new WeakMap(); // row -> its values as the server last had them
  const past = [], future = []; // undo and redo: each entry is [key, values before, values after] per touched row
  const seen = new Map(); // key -> values at the last commit, for undo

  // --- rows -------------------------------------------------------------------------------------------------------
  const template = $('#ghost-row').content.querySelector('tr');
  const oldKey = template.dataset.line;
  function makeRow(key = crypto.randomUUID()) {
    const row = template.cloneNode(true);
    row.dataset.line = key;
    row.className = 'ghost';
    row.querySelectorAll('[name]').forEach((one) => {
      if (one.name === 'line') one.value = `${key}.0`;
      else { one.name = one.name.replace(oldKey, key); one.value = ''; if (one.id) one.id = one.name; }
    });
    combo(row);
    saved.set(row, values(row));
    return row;
  }
  function combo(row) {
    const sku = cell(row, 'sku');
    sku.setAttribute('role', 'combobox');
    sku.setAttribute('aria-autocomplete', 'list');
    sku.setAttribute('aria-controls', 'sug');
    sku.setAttribute('aria-expanded', 'false');
  }
  function renumber() {
    rows().forEach((row, index) => {
      const number = index + 1, place = $('.pos', row);
      if (place.textContent === String(number)) return;
      place.textContent = number;
      row.querySelectorAll('[aria-label^="Line "]').forEach((one) => {
        one.setAttribute('aria-label', one.getAttribute('aria-label').replace(/^Line \d+/, `Line ${number}`));
      });
    });
  }
  function keepGhost() { // exactly one empty row at the end
    const all = rows();
    const last = all[all.length - 1];
    if (!last || !isEmpty(last)) body.append(makeRow());
    renumber();
  }
  const why = (row) => { const next = row.nextElementSibling; return next && next.classList.contains('why') ? next : null; };
  const rowOf = (key) => body.querySelector(`tr[data-line="${CSS.escape(key)}"]`);

  // --- saving: one request at a time, in order ----------------------------------------------------------------------
  let queue = Promise.resolve(), waiting = 0, busyTimer = 0;
  const token = () => $('meta[name="csrf-token"]').content;
  function enqueue(build) {
    waiting += 1;
    if (!busyTimer) busyTimer = setTimeout(() => document.body.classList.add('is-saving'), 200);
    queue = queue.then(async () => {
      const request = build();
      if (request) await send(request);
    }).catch((error) => {
      window.kept.toast('The server could not be reached. What you typed is still here; it is sent with the next change.', false);
      return error;
    }).finally(() => {
      waiting -= 1;
      if (waiting) return;
      clearTimeout(busyTimer); busyTimer = 0;
      document.body.classList.remove('is-saving');
      renewOffers();
    });
    return queue;
  }
  async function send({ url, data, touched }) {
    const sent = new Map(touched.map((row) => [row.dataset.line, JSON.stringify(values(row))]));
    const answer = await fetch(url, { method: 'POST', body: data, headers: { 'X-CSRFToken': token(), 'HX-Request': 'true' }, credentials: 'same-origin' });
    if (![200, 409, 422].includes(answer.status)) {
      touched.forEach((row) => { row.classList.remove('is-busy'); });
      const reference = answer.headers.get('X-Request-Id');
      window.kept.toast(`The server could not save this. Nothing was changed.${reference ? ` Reference ${reference}` : ''}`, true);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!page.querySelector('#answer-rows')) {
      window.kept.toast(page.querySelector('main p')?.textContent || 'This order is no draft any more. Reload the page.', true);
      return;
    }
    page.querySelectorAll('#answer-rows > tr[data-line]').forEach((fresh) => settle(fresh, sent));
    page.querySelectorAll('[data-part]').forEach((fresh) => {
      const old = document.getElementById(fresh.id);
      if (old) old.replaceWith(document.adoptNode(fresh));
    });
    touched.forEach((row) => row.classList.remove('is-busy'));
    renumber();
    announce(touched[touched.length - 1]);
  }
  function settle(fresh, sent) {
    const row = rowOf(fresh.dataset.line);
    if (!row) return;
    const newer = sent.has(row.dataset.line) && sent.get(row.dataset.line) !== JSON.stringify(values(row)); // typed on meanwhile
    const price = cell(row, 'price'), keepsPrice = price && (newer || price === document.activeElement) && price.value !== cell(fresh, 'price').value;
    stamp(row).value = keepsPrice ? [...stamp(fresh).value.split('.', 2), ...shownPrice(stamp(row).value)].join('.') : stamp(fresh).value;
    ['.desc', '.net', '.prom', '.tax', '.mar', '.price', '.disc', '.uom'].forEach((selector) => {
      const from = $(selector, fresh), to = $(selector, row);
      if (from && to && !to.contains(document.activeElement)) to.replaceChildren(...from.childNodes);
    });
    row.classList.remove('ghost', 'is-busy', 'is-err', 'is-warn');
    if (newer) return;
    if (fresh.className) row.classList.add(fresh.className);
    cells(fresh).forEach((from) => {
      const to = row.querySelector(`[name="${CSS.escape(from.name)}"]`);
      if (!to || to.tagName === 'SELECT') return;
      if (to !== document.activeElement) to.value = from.value;
      to.placeholder = from.placeholder;
      for (const name of ['aria-invalid', 'aria-describedby', 'title']) {
        if (from.hasAttribute(name)) to.setAttribute(name, from.getAttribute(name)); else to.removeAttribute(name);
      }
    });
    const old = why(row), said = fresh.nextElementSibling;
    if (old) old.remove();
    if (said && said.classList.contains('why')) row.after(document.adoptNode(said));
    saved.set(row, values(row));
    seen.set(row.dataset.line, values(row));
  }
  function announce(row) {
    if (!row || !row.isConnected) return;
    const number = $('.pos', row).textContent, reason = why(row);
    const promise = $('.prom .tag', row);
    window.kept.say(reason ? `Line ${number}: ${reason.firstElementChild.textContent}` : `Line ${number}: ${promise ? promise.textContent.trim() : 'saved'}, net ${$('.net', row).textContent}`);
  }
  function add(data, row) {
    data.append('line', stamp(row).value);
    cells(row).forEach((one) => data.append(one.name, one.value));
  }
  function save(some, { note = true, sequence = false } = {}) {
    const touched = some.filter((row) => sequence || JSON.stringify(values(row)) !== JSON.stringify(saved.get(row)));
    if (!touched.length && !sequence) return;
    if (note) remember(touched);
    touched.forEach((row) => { row.classList.add('is-busy'); saved.set(row, values(row)); seen.set(row.dataset.line, values(row)); });
    enqueue(() => {
      const data = new FormData();
      touched.forEach((row) => add(data, row));
      if (sequence) rows().forEach((row) => { if (!isEmpty(row)) data.append('sequence', row.dataset.line); });
      return { url: form.dataset.linesUrl, data, touched };
    });
    keepGhost();
  }
  function drop(row, { note = true } = {}) {
    if (note) remember([row], true);
    const version = stamp(row).value, key = row.dataset.line, number = $('.pos', row).textContent;
    const isStored = !row.classList.contains('ghost');
    const reason = why(row);
    if (reason) reason.remove();
    row.remove();
    keepGhost();
    if (!isStored) return;
    enqueue(() => {
      const data = new FormData();
      data.append('line', version);
      data.append(`remove-${key}`, '1');
      return { url: form.dataset.linesUrl, data, touched: [] };
    });
    if (note) undoToast(`Line ${number} removed`);
  }

  // --- undo -----------------------------------------------------------------------------------------------------------
  function remember(some, isRemoval = false) {
    past.push(some.map((row) => ({ key: row.dataset.line, shown: shownPrice(stamp(row).value), before: seen.get(row.dataset.line) || null, after: isRemoval ? null : values(row), next: row.nextElementSibling?.dataset?.line })));
    if (past.length > 20) past.shift();
    future.length = 0;
  }
  function put({ key, next, shown }, wanted) {
    let row = rowOf(key);
    if (!wanted) { if (row) drop(row, { note: false }); return; }
    if (!row) { row = makeRow(key); (next && rowOf(next) ? rowOf(next).before(row) : rows().pop().before(row)); saved.set(row, {}); row.classList.remove('ghost'); }
    stamp(row).value = [...stamp(row).value.split('.', 2), ...shown].join('.');
    Object.entries(wanted).forEach(([name, value]) => { const one = cell(row, name); if (one) one.value = value; });
    save([row], { note: false });
  }
  function undo() { const step = past.pop(); if (!step) return; future.push(step); step.forEach((one) => put(one, one.before)); window.kept.say('Undone'); }
  function redo() { const step = future.pop(); if (!step) return; past.push(step); step.forEach((one) => put(one, one.after)); window.kept.say('Done again'); }
  function undoToast(text) {
    const region = $('#toasts'), box = document.createElement('div'), button = document.createElement('button');
    box.className = 'toast';
    box.append(text);
    Object.assign(button, { type: 'button', className: 'linkish', textContent: 'Undo' });
    button.addEventListener('click', () => { box.remove(); undo(); });
    box.append(button);
    region.append(box);
    setTimeout(() => box.remove(), 8000);
  }

  // --- moving about ---------------------------------------------------------------------------------------------------
  const nameOf = (one) => one.name.split('-', 1)[0];
  const steps = ['sku', 'quantity'];
  function go(row, name) {
    const target = cell(row, name) || cell(row, 'sku');
    target.focus();
    if (target.select) target.select();
  }
  function nextRow(row) {
    const all = rows(), at = all.indexOf(row);
    if (at === all.length - 1) { keepGhost(); return rows()[at + 1] || row; }
    return all[at + 1];
  }
  function arithmetic(one) { // shown at once; the server reads it the same way
    const parts = one.value.replace(/[\s ]/g, '').split('*');
    if (parts.length < 2 || !parts.every((part) => /^\d{1,9}$/.test(part))) return;
    one.value = String(parts.reduce((product, part) => product * BigInt(part), 1n));
  }
  function shorthand(row) { // 3*SKU and SKU*3
    const sku = cell(row, 'sku'), match = /^(\d{1,9})\s*\*\s*(\S.*)$/.exec(sku.value) || /^(.*\S)\s*\*\s*(\d{1,9})$/.exec(sku.value);
    if (!match) return;
    const isFirst = /^\d{1,9}\s*\*/.test(sku.value), quantity = cell(row, 'quantity');
    sku.value = isFirst ? match[2] : match[1];
    if (!quantity.value) quantity.value = isFirst ? match[1] : match[2];
  }
  function leave(row) { shorthand(row); cells(row).forEach((one) => { if (nameOf(one) === 'quantity') arithmetic(one); }); }

  body.addEventListener('keydown', (event) => {
    const one = event.target;
    if (!one.matches('.cell')) return;
    const row = one.closest('tr'), name = nameOf(one), all = rows(), at = all.indexOf(row);
    const ctrl = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' && !ctrl && !event.altKey) {
      event.preventDefault();
      if (name === 'sku') {
        take(one);
        leave(row);
        if (isEmpty(row)) return;
        go(row, 'quantity');
      } else { leave(row); save([row]); go(nextRow(row), 'sku'); }
      return;
    }
    if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !ctrl && one.tagName !== 'SELECT') {
      const down = event.key === 'ArrowDown';
      if (event.altKey) { event.preventDefault(); move(row, down ? 1 : -1); go(row, name); return; }
      event.preventDefault();
      if (isOpen()) { choose(down ? 1 : -1); return; }
      const other = all[at + (down ? 1 : -1)];
      if (other) { leave(row); go(other, name); }
      return;
    }
    if (event.key === 'Tab' && !event.shiftKey && name === 'sku' && isOpen() && marked()) { take(one); }
    if (event.key === 'Tab' && !event.shiftKey && name === 'quantity' && !isEmpty(row) && !cell(row, 'price')) {
      event.preventDefault(); leave(row); save([row]); go(nextRow(row), 'sku');
      return;
    }
    if (event.key === 'Escape') {
      if (isOpen()) { close(); event.stopPropagation(); } else { one.value = (saved.get(row) || {})[name] ?? ''; }
      return;
    }
    if (ctrl && event.key.toLowerCase() === 'd') {
      event.preventDefault();
      if (name === 'sku' && !isEmpty(row)) duplicate(row);
      else if (at > 0) { one.value = cell(all[at - 1], name)?.value ?? one.value; }
    } else if (ctrl && event.shiftKey && event.key === 'Backspace') {
      event.preventDefault();
      const neighbour = all[at + 1] || all[at - 1];
      drop(row);
      if (neighbour && neighbour.isConnected) go(neighbour, name);
    } else if (ctrl && event.key.toLowerCase() === 'z' && one.value === ((saved.get(row) || {})[name] ?? '')) {
      event.preventDefault();
      if (event.shiftKey) redo(); else undo();
    }
  });
  body.addEventListener('focusout', (event) => { // leaving the row saves it
    const row = event.target.closest('tr[data-line]');
    if (!row || row.contains(event.relatedTarget) || (event.relatedTarget && event.relatedTarget.closest('#sug-pop'))) return;
    close();
    if (!row.isConnected || !cell(row, 'sku').value.trim()) { if (row.isConnected && !row.classList.contains('ghost') && isEmpty(row)) drop(row); return; }
    leave(row);
    save([row]);
  });
  body.addEventListener('focusin', (event) => { if (event.target.matches('.cell') && event.target.select) event.target.select(); });
  body.addEventListener('change', (event) => { if (event.target.tagName === 'SELECT') save([event.target.closest('tr')]); });

  function duplicate(row) {
    const twin = makeRow();
    row.after(twin);
    const reason = why(row);
    if (reason) reason.after(twin);
    Object.entries(values(row)).forEach(([name, value]) => { const to = cell(twin, name); if (to && name !== 'unit') to.value = value; });
    twin.classList.remove('ghost');
    save([twin], { sequence: true });
    go(twin, 'quantity');
  }
  function move(row, by) {
    const all = rows().filter((one) => !isEmpty(one)), at = all.indexOf(row), other = all[at + by];
    if (at < 0 || !other) return;
    const reason = why(row), behind = why(other) || other;
    if (by > 0) behind.after(row); else other.before(row);
    if (reason) row.after(reason);
    renumber();
    save([row], { sequence: true });
  }

  // --- suggestions ------------------------------------------------------------------------------------------------------
  const pop = $('#sug-pop'), list = $('#sug');
  let timer = 0, asked = '', shownFor = null, control = null;
  const isOpen = () => pop.matches(':popover-open');
  const marked = () => list.querySelector('[aria-selected="true"]');
  function close() {
    clearTimeout(timer);
    if (control) control.abort();
    if (isOpen()) pop.hidePopover();
    if (shownFor) { shownFor.setAttribute('aria-expanded', 'false'); shownFor.removeAttribute('aria-activedescendant'); }
  }
  function place(box, anchor) {
    const at = anchor.getBoundingClientRect(), height = box.offsetHeight, width = box.offsetWidth;
    const below = at.bottom + 2 + height <= window.innerHeight || at.top < height;
    box.style.top = `${below ? at.bottom + 2 : at.top - height - 2}px`;
    box.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`;
  }
  async function ask(one) {
    const text = one.value.trim().replace(/^\d+\s*\*\s*/, '');
    if (text.length < 2) { close(); return; }
    control = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggestUrl}&q=${encodeURIComponent(text)}`, { signal: control.signal, headers: { 'HX-Request': 'true' } });
      if (!answer.ok || document.activeElement !== one) return;
      list.replaceChildren(...new DOMParser().parseFromString(await answer.text(), 'text/html').body.childNodes);
    } catch { return; }
    asked = one.value; shownFor = one;
    if (!list.firstElementChild) { close(); return; }
    if (!isOpen()) pop.showPopover();
    place(pop, one);
    one.setAttribute('aria-expanded', 'true');
    one.setAttribute('aria-activedescendant', marked()?.id || '');
  }
  function choose(by) {
    const all = [...list.querySelectorAll('[role="option"]')], at = all.indexOf(marked());
    const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
    all.forEach((one) => one.setAttribute('aria-selected', String(one === next)));
    shownFor.setAttribute('aria-activedescendant', next.id);
  }
  function take(one) { // what is marked, but an exact code is taken as it is, without waiting for the list
    clearTimeout(timer);
    if (isOpen() && asked === one.value && marked()) {
      const count = /^(\d+\s*\*\s*)/.exec(one.value);
      const exact = [...list.children].find((option) => option.dataset.sku.toUpperCase() === one.value.trim().toUpperCase());
      one.value = (count ? count[1] : '') + (exact || marked()).dataset.sku;
    }
    close();
  }
  body.addEventListener('input', (event) => {
    const one = event.target;
    if (!one.matches('.cell')) return;
    one.closest('tr').classList.remove('is-err');
    if (nameOf(one) !== 'sku') return;
    clearTimeout(timer);
    if (control) control.abort();
    timer = setTimeout(() => ask(one), 120);
  });
  list.addEventListener('pointerdown', (event) => {
    const option = event.target.closest('[role="option"]');
    if (!option) return;
    event.preventDefault();
    shownFor.value = option.dataset.sku;
    close();
    go(shownFor.closest('tr'), 'quantity');
  });

  // --- paste ------------------------------------------------------------------------------------------------------------
  const atOnce = 20;
  body.addEventListener('paste', (event) => {
    const text = event.clipboardData.getData('text/plain');
    const lines = text.split(/\r?\n/).filter((line) => line.trim());
    if (lines.length < 2 && !lines[0]?.includes('\t')) return;
    event.preventDefault();
    if (lines.length > atOnce) { preview(text); return; }
    const anchor = event.target.closest('tr'), made = [];
    lines.map((line) => line.split('\t').map((one) => one.trim())).forEach(([sku, quantity = '', price = ''], index) => {
      if (index === 0 && /^(sku|code|item|article)$/i.test(sku)) return;
      const row = made.length || !isEmpty(anchor) ? makeRow() : anchor;
      if (row !== anchor) (made[made.length - 1] || anchor).after(row);
      cell(row, 'sku').value = sku;
      cell(row, 'quantity').value = quantity;
      if (cell(row, 'price')) cell(row, 'price').value = price;
      row.classList.remove('ghost');
      made.push(row);
    });
    save(made);
    undoToast(`${made.length} lines pasted`);
    go(rows().pop(), 'sku');
  });
  function preview(text) { // many rows are read and checked on a page of their own first
    const away = document.createElement('form');
    Object.assign(away, { method: 'post', action: form.dataset.pasteUrl, hidden: true });
    for (const [name, value] of [['csrfmiddlewaretoken', token()], ['rows', text], ['idempotency_key', crypto.randomUUID()]]) {
      const field = document.createElement(name === 'rows' ? 'textarea' : 'input');
      field.name = name; field.value = value;
      away.append(field);
    }
    document.body.append(away);
    queue.then(() => away.submit());
  }

  // --- menu, promises, offers ---------------------------------------------------------------------------------------------
  let menuRow = null;
  document.addEventListener('click', async (event) => {
    const opener = event.target.closest('[data-row-menu]'), item = event.target.closest('[data-do]');
    const use = event.target.closest('[data-use]'), promise = event.target.closest('a[data-promise]'), offer = event.target.closest('[data-add]');
    if (opener) menuRow = opener.closest('tr');
    if (item && menuRow) {
      $('#row-menu').hidePopover();
      if (item.dataset.do === 'duplicate') duplicate(menuRow);
      if (item.dataset.do === 'remove') drop(menuRow);
      if (item.dataset.do === 'up' || item.dataset.do === 'down') { move(menuRow, item.dataset.do === 'up' ? -1 : 1); go(menuRow, 'sku'); }
    }
    if (use) { const row = rowOf(use.closest('tr').dataset.why); cell(row, 'sku').value = use.dataset.use; save([row]); go(row, 'quantity'); }
    if (offer) {
      event.preventDefault();
      const row = rows().pop();
      cell(row, 'sku').value = offer.dataset.add;
      cell(row, 'quantity').value = '1';
      row.classList.remove('ghost');
      save([row]);
      go(row, 'quantity');
    }
    if (promise && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); await openPromise(promise); }
  });
  async function openPromise(link) {
    await queue;
    const box = $('#prom-pop'), answer = await fetch(link.href, { headers: { 'X-Part': '1', 'HX-Request': 'true' } });
    if (!answer.ok) { location.assign(link.href); return; }
    box.replaceChildren(...new DOMParser().parseFromString(await answer.text(), 'text/html').body.childNodes);
    const target = new URL(link.href).pathname;
    box.querySelectorAll('form').forEach((one) => { one.action = target; });
    box.showPopover();
    place(box, link);
    (box.querySelector('button') || box).focus();
    box.addEventListener('toggle', (event) => { if (event.newState === 'closed' && link.isConnected) link.focus(); }, { once: true });
  }
  $('#prom-pop').addEventListener('keydown', (event) => {
    const button = /^[1-9]$/.test(event.key) && event.currentTarget.querySelector(`[data-alt="${event.key}"]`);
    if (button) { event.preventDefault(); event.stopPropagation(); button.click(); }
  });
  async function renewOffers() {
    const answer = await fetch(form.dataset.moreUrl, { headers: { 'HX-Request': 'true' } }).catch(() => null);
    const place = $('#order-goes-with');
    if (!answer || !answer.ok || !place || waiting || place.contains(document.activeElement)) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#order-goes-with');
    if (fresh) place.replaceWith(document.adoptNode(fresh));
  }

  // --- the header -----------------------------------------------------------------------------------------------------------
  const head = $('.heads', form);
  head.addEventListener('change', () => {
    enqueue(() => {
      const data = new FormData();
      form.querySelectorAll('.heads :is(input, select, textarea)').forEach((one) => { if (one.name) data.append(one.name, one.value); });
      data.append('version', $('#order-version').value);
      return { url: form.dataset.headerUrl, data, touched: [] };
    });
  });
  head.addEventListener('keydown', (event) => { // Enter in the last typed field goes on to the lines
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || !event.target.matches('input')) return;
    event.preventDefault();
    go(rows().find(isEmpty) || rows()[0], 'sku');
  });

  // --- confirming -------------------------------------------------------------------------------------------------------------
  let isLeaving = false;
  form.addEventListener('submit', (event) => {
    if (isLeaving) return;
    event.preventDefault();
    const button = event.submitter;
    const current = document.activeElement && document.activeElement.closest('tr[data-line]');
    if (current && cell(current, 'sku').value.trim()) { leave(current); save([current]); }
    queue.then(() => queue).then(() => {
      const bad = body.querySelector('tr.is-err');
      if (bad && button && button.value === 'confirm') {
        go(bad, bad.querySelector('[aria-invalid] ')?.name?.split('-', 1)[0] || 'sku');
        window.kept.say(`Line ${$('.pos', bad).textContent} must be fixed first.`, 'alert');
        return;
      }
      isLeaving = true;
      body.querySelectorAll('input, select').forEach((one) => { one.disabled = true; });
      form.elements.rows.disabled = true; // the lines are saved already
      const action = document.createElement('input');
      Object.assign(action, { type: 'hidden', name: 'action', value: button ? button.value : 'save' });
      form.append(action);
      form.submit();
    });
  });
  window.addEventListener('beforeunload', (event) => { if (waiting && !isLeaving) event.preventDefault(); });
  window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

  // --- start --------------------------------------------------------------------------------------------------------------------
  form.dataset.on = '';
  form.autocomplete = 'off';
  rows().forEach((row) => { if (row.classList.contains('ghost')) row.remove(); else { combo(row); saved.set(row, values(row)); seen.set(row.dataset.line, values(row)); } });
  keepGhost();
  if (!document.querySelector('[data-focus]')) {
    const reference = form.elements.customer_reference;
    if (rows().length === 1 && !reference.value) { reference.focus(); } else { rows().pop().querySelector('.cell').focus({ preventScroll: true }); }
  }
})();
