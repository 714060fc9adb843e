// Dialogs open as popovers without script. With it they are modal: the rest is inert, focus is kept inside and given back.
(() => {
  'use strict';
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[popovertarget]');
    if (!button) return;
    const target = document.getElementById(button.getAttribute('popovertarget'));
    if (!(target instanceof HTMLDialogElement)) return;
    event.preventDefault();
    if (button.getAttribute('popovertargetaction') === 'hide') { target.close(); return; }
    document.querySelectorAll('[popover]:popover-open').forEach((open) => open.hidePopover());
    target.showModal();
  });
  document.addEventListener('click', (event) => { // a press on the backdrop closes
    const dialog = event.target;
    if (!(dialog instanceof HTMLDialogElement) || !dialog.open || event.detail === 0) return;
    const box = dialog.getBoundingClientRect();
    if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) dialog.close();
  });
  // A menu opens under its button; where the browser cannot anchor, its place is set by the style sheet.
  document.addEventListener('toggle', (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLElement) || !menu.matches('.menu') || event.newState !== 'open') return;
    const first = menu.querySelector('a, button');
    if (first) first.focus({ preventScroll: true });
  }, true);
})();
