// Lists by keyboard: j k move, Enter opens, x selects, Shift ranges. Works on any table with data-list; rows hold real links.
(() => {
  'use strict';
  const rows = () => [...document.querySelectorAll('table[data-list] > tbody > tr')];
  const link = (row) => row.querySelector('th a, td a');
  let lastPick = null;

  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.classList.contains('cur'));
    const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
    if (at >= 0) all[at].classList.remove('cur');
    next.classList.add('cur');
    (link(next) || next).focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
  };
  const current = () => document.querySelector('table[data-list] tr.cur');
  const count = () => {
    const picked = document.querySelectorAll('.pick:checked').length;
    document.querySelectorAll('[data-picked]').forEach((out) => { out.textContent = picked; });
    if (picked || lastPick) window.kept.say(`${picked} selected`);
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || window.kept.isTyping(event.target) || localStorage.getItem('kept.keys') === 'off') return;
    if (!document.querySelector('table[data-list]') || document.querySelector('dialog[open]')) return;
    const row = current();
    switch (event.key) {
      case 'j': go(1); break;
      case 'k': go(-1); break;
      case 'x': { const pick = row && row.querySelector('.pick'); if (!pick) return; pick.click(); break; }
      case 'Enter': if (!row || event.target.closest('a, button, summary') || !link(row)) return; link(row).click(); break;
      case 'Escape': if (document.querySelector('[data-all-selected] [data-clear]')) { document.querySelector('[data-clear]').click(); break; } if (!document.querySelector('.pick:checked')) return; document.querySelectorAll('.pick:checked').forEach((pick) => { pick.checked = false; }); count(); break;
      default: return;
    }
    event.preventDefault();
  });
  document.addEventListener('click', (event) => {
    const pick = event.target.closest('.pick');
    if (!pick) return;
    if (event.shiftKey && lastPick) {
      const picks = [...document.querySelectorAll('.pick')], ends = [picks.indexOf(lastPick), picks.indexOf(pick)].sort((a, b) => a - b);
      picks.slice(ends[0], ends[1] + 1).forEach((one) => { one.checked = pick.checked; });
    }
    lastPick = pick;
    count();
  });
  document.addEventListener('reset', (event) => {
    if (event.target.id === 'bulk') setTimeout(count);
  });
  document.addEventListener('change', (event) => {
    if (!event.target.matches('[data-select-all]')) return;
    document.querySelectorAll('.pick').forEach((pick) => { pick.checked = event.target.checked; });
    count();
  });
})();
