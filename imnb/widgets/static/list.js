// A scrolling list that keeps only what is in sight in the page.

/**
 * `items` have a `key` and a `stamp`; an item is rendered anew when its stamp
 * changed. Heights are measured; `estimate` stands for those not seen yet.
 * What is in sight stays where it is when items come above it.
 * Options: `stick`: stay at the end when it is in sight; `onTop`, `onEnd`.
 */
class VirtualList {
  constructor(scroller, renderItem, options = {}) {
    this.scroller = scroller;
    this.renderItem = renderItem;
    this.options = { estimate: 40, overscan: 400, ...options };
    this.items = [];
    this.indexes = new Map();
    this.offsets = new Float64Array(1); // where each item begins; last: the end
    this.heights = new Map();
    this.elements = new Map();
    this.atEnd = true;
    this.lastTop = 0;
    this.width = 0;
    this.top = make("div");
    this.body = make("div", "imnb-list-body");
    this.bottom = make("div");
    scroller.append(this.top, this.body, this.bottom);
    this.onScroll = () => {
      this.noteEnd();
      this.schedule();
    };
    scroller.addEventListener("scroll", this.onScroll, { passive: true });
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(scroller);
  }

  destroy() {
    cancelAnimationFrame(this.pending);
    this.observer.disconnect();
    this.scroller.removeEventListener("scroll", this.onScroll);
  }

  setItems(items) {
    const anchor = this.anchor();
    this.items = items;
    this.indexes = new Map(items.map((item, index) => [item.key, index]));
    if (this.heights.size > 2 * items.length + 200)
      for (const key of this.heights.keys()) if (!this.indexes.has(key)) this.heights.delete(key);
    this.sum();
    this.paint(anchor);
  }

  scrollToEnd() {
    this.atEnd = true;
    this.paint(null);
  }

  /** Have an item in sight; `inMiddle`: in the middle of it, and drawn now. */
  scrollToKey(key, inMiddle = false) {
    const index = this.indexes.get(key);
    if (index === undefined) return;
    const { scrollTop, clientHeight } = this.scroller;
    const [from, to] = [this.offsets[index], this.offsets[index + 1]];
    if (inMiddle) return this.paint({ key, above: Math.min(0, (to - from - clientHeight) / 2) });
    if (from < scrollTop) this.scroller.scrollTop = from;
    else if (to > scrollTop + clientHeight) this.scroller.scrollTop = to - clientHeight;
  }

  isFilled() {
    return this.scroller.scrollHeight > this.scroller.clientHeight;
  }

  noteEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const was = this.atEnd;
    const isNear = scrollHeight - scrollTop - clientHeight < 24;
    // Only who scrolls back leaves the end, not who gets less room or more rows.
    this.atEnd = isNear || (was && scrollTop >= this.lastTop - 1);
    this.lastTop = scrollTop;
    if (this.atEnd && !was) this.options.onEnd?.();
    if (scrollTop < 200 && this.isFilled()) this.options.onTop?.();
  }

  resized() {
    if (this.scroller.clientWidth !== this.width) {
      this.width = this.scroller.clientWidth;
      const anchor = this.anchor();
      this.heights.clear(); // lines break elsewhere now
      this.sum();
      this.paint(anchor);
    } else this.schedule();
  }

  schedule() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.paint(this.anchor());
    });
  }

  /** Where items begin, from what is known of their heights. */
  sum() {
    const { items, heights, options } = this;
    this.offsets = new Float64Array(items.length + 1);
    for (let index = 0; index < items.length; index++)
      this.offsets[index + 1] = this.offsets[index] + (heights.get(items[index].key) ?? options.estimate);
  }

  /** The index of the item at an offset. */
  at(offset) {
    let low = 0;
    let high = this.items.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.offsets[middle + 1] > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The first item in sight and where it is, so that it can stay there. */
  anchor() {
    if (!this.items.length) return null;
    const { scrollTop } = this.scroller;
    const index = this.at(scrollTop);
    return { key: this.items[index].key, above: scrollTop - this.offsets[index] };
  }

  paint(anchor) {
    if (!this.scroller.clientHeight) return;
    // Measuring what was just put in may show that more or less is in sight.
    for (let round = 0; round < 3; round++) {
      this.place(anchor);
      if (!this.measure()) return;
    }
    this.place(anchor);
  }

  /** Put the items in sight into the page and the scroll position in place. */
  place(anchor) {
    const { scroller, items, offsets, options } = this;
    const { clientHeight } = scroller;
    const end = offsets[items.length];
    const stick = options.stick && this.atEnd;
    const index = anchor ? this.indexes.get(anchor.key) : undefined;
    const anchored = index === undefined ? scroller.scrollTop : offsets[index] + anchor.above;
    const scrollTop = stick ? Math.max(0, end - clientHeight) : anchored;
    const first = this.at(scrollTop - options.overscan);
    const last = this.at(scrollTop + clientHeight + options.overscan);
    this.fill(items.slice(first, last + 1));
    this.top.style.height = `${offsets[first]}px`;
    this.bottom.style.height = `${end - offsets[Math.min(items.length, last + 1)]}px`;
    if (stick) scroller.scrollTop = scroller.scrollHeight;
    else if (Math.abs(scroller.scrollTop - scrollTop) > 1) scroller.scrollTop = scrollTop;
    this.lastTop = scroller.scrollTop;
  }

  /** Make the page hold the elements of these items, keeping those it has. */
  fill(shown) {
    const next = new Map();
    for (const item of shown) {
      let entry = this.elements.get(item.key);
      if (entry?.stamp !== item.stamp) {
        entry?.element.remove();
        entry = { stamp: item.stamp, element: this.renderItem(item) };
      }
      next.set(item.key, entry);
    }
    for (const [key, { element }] of this.elements) if (!next.has(key)) element.remove();
    let cursor = this.body.firstChild;
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
      const { height } = element.getBoundingClientRect();
      if (Math.abs((this.heights.get(key) ?? -1) - height) > 0.5) {
        this.heights.set(key, height);
        changed = true;
      }
    }
    if (changed) this.sum();
    return changed;
  }
}

/** Arrows, Home and End choose among `keys()`, from the one chosen last. */
function chooseByKeys(list, keys, chosen, choose) {
  let last = null; // the kernel's answer takes a while, the next arrow may not
  list.scroller.addEventListener("blur", () => (last = null));
  list.scroller.addEventListener("keydown", (event) => {
    const all = keys();
    const at = all.indexOf(last ?? chosen());
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || !all.length) return;
    event.preventDefault();
    last = all[Math.max(0, Math.min(all.length - 1, next))];
    choose(last);
    list.scrollToKey(last);
  });
}
