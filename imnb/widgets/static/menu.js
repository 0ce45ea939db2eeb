// A menu at the pointer or at what has the focus; all of it by keyboard too.

const MENU_KEYS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** The key that opens menus, or what stands for it. */
const asksForMenu = (event) => event.key === "ContextMenu" || (event.shiftKey && event.key === "F10");

function menuItem({ label, text, run, isDanger, isChecked }, close) {
  const item = button(`imnb-menu-item${isDanger ? " imnb-danger" : ""}`, label, text ?? label, () => {
    close();
    run();
  });
  item.setAttribute("role", isChecked === undefined ? "menuitem" : "menuitemcheckbox");
  if (isChecked !== undefined) item.setAttribute("aria-checked", String(isChecked));
  item.tabIndex = -1;
  if (!text) item.removeAttribute("title");
  return item;
}

/** Where it fits into the view, beside a point of the window. */
function placeMenu(root, menu, { x, y }) {
  const frame = root.getBoundingClientRect();
  const left = Math.min(x - frame.left, frame.width - menu.offsetWidth - 6);
  const top = Math.min(y - frame.top, frame.height - menu.offsetHeight - 6);
  menu.style.left = `${Math.max(6, left)}px`;
  menu.style.top = `${Math.max(6, top)}px`;
}

function menuKeys(event, items, close) {
  const at = items.indexOf(document.activeElement);
  const step = MENU_KEYS[event.key];
  event.stopPropagation();
  if (event.key === "Escape" || event.key === "Tab") close();
  else if (event.key === "Home") items[0].focus();
  else if (event.key === "End") items.at(-1).focus();
  else if (step) items[(at + step + items.length) % items.length].focus();
  else return;
  event.preventDefault();
}

/**
 * Show a menu in a view; `rows` are rows of items: one item, or several side by
 * side. An item: `label`, `run`, and perhaps `text` (shown in its place),
 * `isDanger`, `isChecked`. `back` puts the focus where it was.
 */
function openMenu(root, rows, point, label, back) {
  root.closeMenu?.();
  const menu = make("div", "imnb-menu");
  const close = () => {
    document.removeEventListener("pointerdown", outside, true);
    root.closeMenu = undefined;
    const menuHasFocus = menu.contains(document.activeElement);
    menu.remove();
    if (menuHasFocus) back();
  };
  const outside = (event) => !menu.contains(event.target) && close();
  for (const row of rows)
    menu.append(
      row.length > 1 ? make("div", "imnb-menu-row", ...row.map((one) => menuItem(one, close))) : menuItem(row[0], close),
    );
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", label);
  const items = [...menu.querySelectorAll(".imnb-menu-item")];
  menu.addEventListener("keydown", (event) => menuKeys(event, items, close));
  menu.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("pointerdown", outside, true);
  root.closeMenu = close;
  root.append(menu);
  placeMenu(root, menu, point);
  items[0].focus();
}

/** Keep the notebook's own menu away from a view with menus of its own. */
function ownMenus(el) {
  el.setAttribute("data-jp-suppress-context-menu", "true");
}
