// Picking by scanner: one capture layer, a queue that survives a network gap, tones. The server decides what a scan means.
(() => {
  'use strict';
  const MOST_WAITING = 200, SLOW_MS = 35, PAUSE_MS = 1000, FEWEST = 4, RETRY_MS = 5000;
  const screen = () => document.getElementById('scan');
  const place = screen().dataset.scan, store = `kept.scans.${place}`;
  const queue = () => JSON.parse(localStorage.getItem(store) || '[]');
  const keep = (scans) => { localStorage.setItem(store, JSON.stringify(scans)); show(); };
  const uuid = () => (crypto.randomUUID ? crypto.randomUUID() : '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16)));
  const isStopped = () => screen().classList.contains('stop');
  const say = (text, id = 'live') => { document.getElementById(id).textContent = text; };

  // --- what the picker sees and hears -----------------------------------------------------------------------------------
  function show() {
    const tag = document.querySelector('[data-online]');
    if (!tag) return;
    const waiting = queue().length;
    tag.textContent = waiting ? `${waiting} waiting` : 'Online';
    tag.className = waiting ? 'tag warn' : 'tag ok';
  }
  let sound;
  function tone(good) {
    try {
      sound = sound || new AudioContext();
      const beep = sound.createOscillator();
      beep.frequency.value = good ? 880 : 220;
      beep.connect(sound.destination);
      beep.start();
      beep.stop(sound.currentTime + (good ? 0.08 : 0.5));
    } catch { /* no sound here: the screen says it too */ }
    if (navigator.vibrate) navigator.vibrate(good ? 40 : [200, 80, 200]);
  }
  function draw(html) {
    const holder = document.createElement('template');
    holder.innerHTML = html.trim();
    screen().replaceWith(holder.content.querySelector('#scan'));
    const outcome = screen().dataset.outcome;
    say(screen().dataset.say, isStopped() ? 'alert' : 'live');
    if (outcome) tone(!isStopped() && !screen().querySelector('[role="alert"]'));
    const box = document.getElementById('code');
    if (box) box.focus({ preventScroll: true });
    show();
  }

  // --- sending: in order, one at a time, each with its own uuid, so that a repetition counts once ------------------------------
  let isSending = false;
  async function send() {
    if (isSending || isStopped()) return;
    isSending = true;
    try {
      for (let next = queue()[0]; next && !isStopped(); next = queue()[0]) {
        const body = new FormData();
        for (const [name, value] of Object.entries(next.fields)) body.append(name, value);
        body.append('csrfmiddlewaretoken', document.querySelector('[name=csrfmiddlewaretoken]').value);
        const answer = await fetch(next.url, { method: 'POST', body, headers: { 'X-Kept-Part': '1' }, redirect: 'error' });
        if (answer.status >= 500 || answer.status === 429) return; // the server is busy: the scan stays first in the queue
        keep(queue().slice(1));
        if (answer.status === 403 || answer.status === 404) { location.reload(); return; }
        draw(await answer.text());
      }
    } catch { show(); } finally { isSending = false; }
  }
  function add(url, fields) {
    const scans = queue();
    if (scans.length >= MOST_WAITING) { say('Too many scans wait. Find a network before you go on.', 'alert'); tone(false); return; }
    keep([...scans, { url, fields: { client_uuid: uuid(), ...fields } }]);
    send();
  }

  // --- where scans come from ------------------------------------------------------------------------------------------------
  function take(code) {
    if (isStopped()) { tone(false); return; } // a wrong item needs a hand, not the next scan
    const command = screen().querySelector(`[data-command="${CSS.escape(code.toUpperCase())}"]`);
    if (command) command.click(); else add(place, { code });
  }
  let burst = '', last = 0;
  // A wedge scanner types fast and ends with Enter, wherever the focus is. It may hesitate within a code (a busy phone,
  // a weak radio): only a pause begins another one, so that no code loses its beginning.
  document.addEventListener('keydown', (event) => {
    const now = performance.now(), gap = now - last;
    last = now;
    if (event.key === 'Enter') {
      if (gap < SLOW_MS && burst.length >= FEWEST) {
        const code = burst, box = document.getElementById('code');
        event.preventDefault();
        event.stopPropagation();
        if (box) box.value = '';
        take(code);
      }
      burst = '';
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      burst = gap < PAUSE_MS ? burst + event.key : event.key;
    }
  }, true);
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!form.matches('[data-scan-form], [data-all-form], [data-undo-form]')) return;
    event.preventDefault();
    const { csrfmiddlewaretoken: _token, client_uuid: _uuid, ...fields } = Object.fromEntries(new FormData(form));
    if (!form.matches('[data-scan-form]')) add(form.getAttribute('action'), fields);
    else if (fields.code.trim()) { form.reset(); take(fields.code.trim()); }
  }, true);
  document.addEventListener('click', (event) => { // “Put back, keep picking”: the queue goes on
    const seen = event.target.closest('[data-seen]');
    if (!seen) return;
    event.preventDefault();
    fetch(seen.href, { headers: { 'X-Kept-Part': '1' } })
      .then((answer) => answer.text()).then(draw).then(send).catch(() => { location.href = seen.href; });
  });
  window.addEventListener('online', send);
  setInterval(() => { if (queue().length) send(); }, RETRY_MS);
  show();
  send();
})();
