// Shared by all views: elements, the frame protocol, rows and times.
// Everything that comes from the kernel is put into the page as text.

/** Make an element; children are elements or strings (as text nodes). */
function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

const GONE = "The kernel of this view is gone. Run its cell again.";
const panels = new WeakMap(); // model: the error panels of its views

/** Say something to the kernel; false, and shown, when it is gone. */
function tell(model, message) {
  try {
    model.send(message);
    return true;
  } catch {
    panels.get(model)?.forEach((show) => show(GONE));
    return false;
  }
}

/**
 * Connect a view to the kernel: `draw(frame)` for each frame, acknowledged.
 *
 * A frame that is not `anew` holds differences to the one before it; when that
 * one was lost, everything is asked for. A page that nobody sees draws nothing.
 */
function connect(model, draw) {
  let drawn = 0;
  let isAsking = false;
  let isGone = false;
  const ask = () => {
    isAsking = true;
    tell(model, { type: "ready" });
  };
  const take = (frame) => {
    if (isGone) return;
    if (frame.anew === false && frame.number !== drawn + 1) {
      if (!isAsking) ask();
      return;
    }
    isAsking = isAsking && !frame.anew;
    draw(frame);
    drawn = frame.number;
    tell(model, { type: "ack", number: drawn });
  };
  const receive = (message) => {
    if (document.visibilityState !== "visible") return;
    if (message.type === "wake") ask();
    // A browser that is not painting does not acknowledge: no frames pile up.
    if (message.type === "frame") requestAnimationFrame(() => take(message));
  };
  const onVisible = () => document.visibilityState === "visible" && ask();
  model.on("msg:custom", receive);
  document.addEventListener("visibilitychange", onVisible);
  ask();
  return () => {
    isGone = true;
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
    if (frame.order) this.order = frame.order;
    else this.edit(frame.edit);
    if (this.byKey.size > this.order.length) {
      const wanted = new Set(this.order);
      for (const key of this.byKey.keys()) if (!wanted.has(key)) this.byKey.delete(key);
    }
  }

  /** See `RowsFrame` in Python for what an edit is. */
  edit([dropped, at, removed, inserted]) {
    if (!dropped && !removed && !inserted.length) return;
    const order = this.order.slice(dropped);
    this.order = [...order.slice(0, at), ...inserted, ...order.slice(at + removed)];
  }

  list() {
    return this.order.map((key) => this.byKey.get(key)).filter(Boolean);
  }
}

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const oldDayFormat = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const shortDayFormat = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** Microseconds since 1970 as a Date. */
const date = (us) => new Date(us / 1000);
const dayOf = (us) => date(us).toDateString();

function dayName(us) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (dayOf(us) === today.toDateString()) return "Today";
  if (dayOf(us) === yesterday.toDateString()) return "Yesterday";
  const isThisYear = date(us).getFullYear() === today.getFullYear();
  return (isThisYear ? dayFormat : oldDayFormat).format(date(us));
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

/** Says what went wrong, until it is put away: `show(text)`. */
function errorPanel(model) {
  const text = make("div", "imnb-error-text");
  text.dir = "auto";
  const away = button("imnb-dismiss", "Dismiss", "×", () => {
    show("");
    tell(model, { type: "dismiss" });
  });
  const element = make("div", "imnb-error", text, away);
  element.setAttribute("role", "alert");
  element.hidden = true;
  const show = (message = "") => {
    if (text.textContent !== message) text.textContent = message;
    element.hidden = !message;
  };
  panels.set(model, [...(panels.get(model) ?? []), show]);
  return { element, show };
}

/** What all views set up on their element. */
function begin(el, className) {
  el.classList.add("imnb", className);
  el.setAttribute("data-lm-suppress-shortcuts", "true");
}
