// Shared by all views: the frame protocol and a virtualised list.
// Everything that comes from the kernel is put into the page as text.

/** Make an element; children are elements or strings (as text nodes). */
function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** Connect a view to the kernel: `draw(frame)` for each frame, acknowledged. */
function connect(model, draw) {
  let drawn = 0;
  const receive = (message) => {
    if (message.type !== "frame") return;
    // A browser that is not painting does not acknowledge: no frames pile up.
    requestAnimationFrame(() => {
      draw(message);
      drawn = message.number;
      model.send({ type: "ack", number: drawn });
    });
  };
  model.on("msg:custom", receive);
  const ask = () => model.send({ type: "ready" });
  const onVisible = () => document.visibilityState === "visible" && ask();
  document.addEventListener("visibilitychange", onVisible);
  ask();
  return () => {
    model.off("msg:custom", receive);
    document.removeEventListener("visibilitychange", onVisible);
  };
}

/** The rows of a list, kept up to date by frames. */
class Rows {
  constructor() {
    this.order = [];
    this.byKey = new Map();
  }

  take(frame) {
    if (frame.anew) this.byKey.clear();
    for (const row of frame.rows) this.byKey.set(row.key, row);
    this.order = frame.order;
    if (this.byKey.size > this.order.length) {
      const wanted = new Set(this.order);
      for (const key of this.byKey.keys()) if (!wanted.has(key)) this.byKey.delete(key);
    }
  }

  list() {
    return this.order.map((key) => this.byKey.get(key)).filter(Boolean);
  }
}

/**
 * A scrolling list that keeps only what is in sight in the page.
 *
 * `items` have a `key` and a `stamp`; an item is rendered anew when its stamp
 * changed. Heights are measured; `estimate` stands for those not seen yet.
 * Options: `stick`: stay at the end when it is in sight; `onTop`, `onEnd`.
 */
class VirtualList {
  constructor(scroller, renderItem, options = {}) {
    this.scroller = scroller;
    this.renderItem = renderItem;
    this.options = { estimate: 40, overscan: 400, ...options };
    this.items = [];
    this.heights = new Map();
    this.elements = new Map();
    this.atEnd = true;
    this.top = make("div");
    this.body = make("div", "imnb-list-body");
    this.bottom = make("div");
    if (options.role) this.body.setAttribute("role", options.role);
    scroller.append(this.top, this.body, this.bottom);
    this.onScroll = () => {
      this.noteEnd();
      this.schedule();
    };
    scroller.addEventListener("scroll", this.onScroll, { passive: true });
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(scroller);
    this.width = 0;
  }

  destroy() {
    this.observer.disconnect();
    this.scroller.removeEventListener("scroll", this.onScroll);
  }

  setItems(items) {
    const anchor = this.anchor();
    this.items = items;
    if (this.heights.size > 2 * items.length + 200) {
      const keys = new Set(items.map((item) => item.key));
      for (const key of this.heights.keys()) if (!keys.has(key)) this.heights.delete(key);
    }
    this.paint(anchor);
  }

  scrollToEnd() {
    this.atEnd = true;
    this.paint(null);
  }

  scrollToKey(key) {
    let offset = 0;
    for (const item of this.items) {
      const height = this.height(item.key);
      if (item.key === key) {
        const { scrollTop, clientHeight } = this.scroller;
        if (offset < scrollTop) this.scroller.scrollTop = offset;
        else if (offset + height > scrollTop + clientHeight)
          this.scroller.scrollTop = offset + height - clientHeight;
        return;
      }
      offset += height;
    }
  }

  noteEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const was = this.atEnd;
    this.atEnd = scrollHeight - scrollTop - clientHeight < 24;
    if (this.atEnd && !was) this.options.onEnd?.();
    if (scrollTop < 200 && scrollHeight > clientHeight) this.options.onTop?.();
  }

  resized() {
    if (this.scroller.clientWidth !== this.width) {
      this.width = this.scroller.clientWidth;
      this.heights.clear(); // lines break elsewhere now
    }
    this.schedule();
  }

  schedule() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.paint(this.anchor());
    });
  }

  height(key) {
    return this.heights.get(key) ?? this.options.estimate;
  }

  /** The first item in sight and where it is, so that it can stay there. */
  anchor() {
    let offset = 0;
    const scrollTop = this.scroller.scrollTop;
    for (const item of this.items) {
      const height = this.height(item.key);
      if (offset + height > scrollTop) return { key: item.key, above: scrollTop - offset };
      offset += height;
    }
    return null;
  }

  paint(anchor) {
    if (!this.scroller.clientHeight) return;
    // Measuring what was just put in may show that more or less is in sight.
    for (let round = 0; round < 3; round++) {
      this.place(anchor);
      if (!this.measure()) break;
    }
    this.place(anchor);
  }

  /** Put the items in sight into the page and the scroll position in place. */
  place(anchor) {
    const { clientHeight } = this.scroller;
    let total = 0;
    let anchored = this.scroller.scrollTop;
    for (const item of this.items) {
      if (anchor && item.key === anchor.key) anchored = total + anchor.above;
      total += this.height(item.key);
    }
    const stick = this.options.stick && this.atEnd;
    const scrollTop = stick ? Math.max(0, total - clientHeight) : anchored;
    const from = scrollTop - this.options.overscan;
    const to = scrollTop + clientHeight + this.options.overscan;
    let offset = 0;
    let above = 0;
    let below = 0;
    const shown = [];
    for (const item of this.items) {
      const height = this.height(item.key);
      if (offset + height < from) above += height;
      else if (offset > to) below += height;
      else shown.push(item);
      offset += height;
    }
    this.fill(shown);
    this.top.style.height = `${above}px`;
    this.bottom.style.height = `${below}px`;
    if (stick) this.scroller.scrollTop = this.scroller.scrollHeight;
    else if (Math.abs(this.scroller.scrollTop - scrollTop) > 1)
      this.scroller.scrollTop = scrollTop;
  }

  fill(shown) {
    const next = new Map();
    let cursor = this.body.firstChild;
    for (const item of shown) {
      let entry = this.elements.get(item.key);
      if (!entry || entry.stamp !== item.stamp) {
        entry?.element.remove();
        if (cursor === entry?.element) cursor = this.body.firstChild;
        entry = { stamp: item.stamp, element: this.renderItem(item) };
        this.heights.delete(item.key);
      }
      next.set(item.key, entry);
    }
    for (const [key, entry] of this.elements) if (!next.has(key)) entry.element.remove();
    cursor = this.body.firstChild;
    for (const { element } of next.values()) {
      if (element === cursor) cursor = cursor.nextSibling;
      else this.body.insertBefore(element, cursor);
    }
    this.elements = next;
  }

  /** Note real heights; true when one was not as thought. */
  measure() {
    let changed = false;
    for (const [key, { element }] of this.elements) {
      const height = element.getBoundingClientRect().height;
      if (Math.abs((this.heights.get(key) ?? -1) - height) > 0.5) {
        this.heights.set(key, height);
        changed = true;
      }
    }
    return changed;
  }
}

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const shortDayFormat = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** Microseconds since 1970 as a Date. */
const date = (us) => new Date(us / 1000);
const dayOf = (us) => date(us).toDateString();

function dayName(us) {
  const today = new Date();
  const yesterday = new Date(today.getTime() - 86400000);
  if (dayOf(us) === today.toDateString()) return "Today";
  if (dayOf(us) === yesterday.toDateString()) return "Yesterday";
  return dayFormat.format(date(us));
}

function avatar(initials, hue) {
  const element = make("span", "imnb-avatar", initials);
  element.style.setProperty("--imnb-hue", Number(hue) || 0);
  element.setAttribute("aria-hidden", "true");
  return element;
}

function button(className, label, text, onClick) {
  const element = make("button", className, text);
  element.type = "button";
  element.title = label;
  element.setAttribute("aria-label", label);
  element.addEventListener("click", onClick);
  return element;
}
