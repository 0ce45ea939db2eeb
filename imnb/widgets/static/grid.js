// Tables of rows from which one is chosen, and the tabs that show one of them.

function cell(name, content, role = "gridcell") {
  const element = make("span", `imnb-cell imnb-cell-${name}`, content);
  element.setAttribute("role", role);
  return element;
}

function gridRow(className, cells, isSelected, choose) {
  const line = make("div", className, ...cells);
  line.setAttribute("role", "row");
  line.setAttribute("aria-selected", String(isSelected));
  line.addEventListener("click", choose);
  return line;
}

function gridHead(className, cells) {
  const head = make("div", className, ...cells);
  head.setAttribute("role", "row");
  return head;
}

/** The rows of one tab; `renderRow(row, isSelected, choose)` makes an element. */
class Grid {
  constructor({ label, className, head, renderRow }, choose) {
    this.rows = new Rows();
    this.selected = "";
    const scroller = make("div", "imnb-scroller");
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "rowgroup");
    scroller.setAttribute("aria-label", label);
    this.empty = make("div", "imnb-empty");
    this.element = make("div", `imnb-table ${className}`, head(), make("div", "imnb-messages", scroller, this.empty));
    this.element.setAttribute("role", "grid");
    this.element.setAttribute("aria-label", label);
    const render = ({ row, isSelected }) => renderRow(row, isSelected, () => choose(row.key));
    this.list = new VirtualList(scroller, render, { estimate: 24, stick: true });
    chooseByKeys(this.list, () => this.rows.order, () => this.selected, choose);
  }

  /** `none` is said when there are no rows. */
  draw(selected, none) {
    this.selected = selected;
    this.empty.hidden = this.rows.order.length > 0;
    this.empty.textContent = none;
    const items = this.rows.list().map((row) => {
      const isSelected = row.key === selected;
      return { key: row.key, row, isSelected, stamp: `${row.rev} ${isSelected}` };
    });
    this.list.setItems(items);
  }

  /** It is in the page again, which has forgotten where it stood. */
  resume() {
    this.list.scroller.scrollTop = this.list.lastTop;
  }

  follow(isFollowing) {
    this.list.options.stick = isFollowing;
    if (isFollowing) this.list.scrollToEnd();
  }
}

/** One button for each name; arrows go from one to the next. */
function renderTabs(names, label, show) {
  const buttons = names.map(([name, text]) => button("imnb-tab", text, text, () => choose(name)));
  const element = make("div", "imnb-tabs", ...buttons);
  element.setAttribute("role", "tablist");
  element.setAttribute("aria-label", label);
  const choose = (chosen) => {
    names.forEach(([name], index) => {
      buttons[index].setAttribute("aria-selected", String(name === chosen));
      buttons[index].tabIndex = name === chosen ? 0 : -1;
    });
    show(chosen);
  };
  buttons.forEach((one) => one.setAttribute("role", "tab"));
  element.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (buttons.indexOf(event.target) + step + names.length) % names.length;
    buttons[next].focus();
    choose(names[next][0]);
  });
  return { element, choose };
}
