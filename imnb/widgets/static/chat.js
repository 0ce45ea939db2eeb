// One conversation: bubbles from old to new.

const SEEN_DELAY = 300;
const OLDER_PAUSE = 500;
const START_PAUSE = 5000; // a lost connection may have hidden what is older

/** The parts of the page that a chat fills. */
function layOut(el, model) {
  begin(el, "imnb-chat");
  const title = make("div", "imnb-title");
  title.dir = "auto";
  const subtitle = make("div", "imnb-subtitle");
  const picture = make("div", "imnb-picture");
  const header = make("header", "imnb-header", picture, make("div", "imnb-titles", title, subtitle));
  const scroller = make("div", "imnb-scroller");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "log");
  scroller.setAttribute("aria-label", "Messages");
  const empty = make("div", "imnb-empty");
  const messages = make("div", "imnb-messages", scroller, empty);
  const typing = make("div", "imnb-typing");
  typing.setAttribute("role", "status");
  typing.dir = "auto";
  const error = errorPanel(model);
  el.append(header, messages, typing, error.element);
  ownMenus(el);
  return { title, subtitle, picture, header, scroller, empty, messages, typing, error };
}

/** What was not seen yet: the mark above it and how many came out of sight. */
class Unseen {
  constructor() {
    this.count = 0;
    this.from = null;
  }

  /** Another conversation is shown; if there is something new, it is above `read`. */
  restart(unread, read) {
    this.count = 0;
    this.from = null;
    this.isWaiting = unread > 0;
    this.read = read;
  }

  /** The first rows of a conversation are there: where does the new begin? */
  mark(rows) {
    if (!this.isWaiting || !rows.length) return;
    this.from = rows.find((row) => !row.mine && row.seq > this.read)?.key ?? null;
    this.isWaiting = false;
  }

  /** Rows came at the end while it was out of sight. */
  add(rows) {
    if (!this.count && rows.length) this.from = rows[0].key;
    this.count += rows.length;
  }
}

function drawHeader(parts, frame, isEmpty) {
  parts.header.hidden = !frame.conversation;
  parts.title.textContent = frame.title;
  parts.subtitle.textContent = frame.subtitle;
  parts.picture.replaceChildren(avatar(frame.initials, frame.hue));
  parts.typing.textContent = frame.typing;
  parts.scroller.setAttribute("aria-busy", String(frame.busy));
  parts.error.show(frame.error);
  parts.empty.hidden = !isEmpty;
  parts.empty.replaceChildren(
    make("div", "imnb-empty-mark", "💬"),
    make("div", "", frame.conversation ? "No messages yet. Say hello." : "Choose a conversation"),
  );
}

function render({ model, el }) {
  const parts = layOut(el, model);
  const send = (message) => tell(model, message);
  const rows = new Rows();
  const unseen = new Unseen();
  let frame = { conversation: null, group: false, at_start: true, at_end: true, target: ["", 0] };
  let askedAt = 0;
  let seenTimer = 0;

  const askOlder = () => {
    const pause = frame.at_start ? START_PAUSE : OLDER_PAUSE;
    if (!rows.order.length || Date.now() - askedAt < pause) return;
    askedAt = Date.now();
    send({ type: "older" });
  };
  const askNewer = () => {
    if (Date.now() - askedAt < OLDER_PAUSE) return;
    askedAt = Date.now();
    send({ type: "newer" });
  };
  const isSeen = () => frame.unread > 0 && frame.at_end && rows.order.length && list.atEnd && document.visibilityState === "visible";
  const tellSeen = () => {
    if (seenTimer || !isSeen()) return;
    seenTimer = setTimeout(() => {
      seenTimer = 0;
      if (isSeen()) send({ type: "seen" });
    }, SEEN_DELAY);
  };
  const focusOn = (key) => (list.elements.get(key)?.element ?? parts.scroller).focus({ preventScroll: true });
  const openActions = (row, line, point) => {
    const options = { canForward: frame.can_forward, complain: parts.error.show };
    const actions = actionRows(row, send, options);
    if (actions.length) openMenu(el, actions, point, "Message actions", () => focusOn(row.key));
  };
  const list = new VirtualList(
    parts.scroller,
    (item) => (item.row ? renderMessage(item, frame.group, send, openActions) : renderSeparator(item)),
    {
      stick: true,
      estimate: 44,
      onTop: askOlder,
      onEnd: () => {
        if (!frame.at_end) return askNewer();
        unseen.count = 0;
        updateJump();
        send({ type: "end" });
        tellSeen();
      },
    },
  );
  messageKeys(list, (line) => rows.byKey.get(line.dataset.key), openActions);
  const toEnd = () => {
    if (!frame.at_end) send({ type: "end" });
    list.scrollToEnd();
    if (frame.at_end) list.options.onEnd();
    parts.scroller.focus();
  };
  const jump = button("imnb-jump", "Newest messages", "↓", toEnd);
  parts.messages.append(jump);
  const updateJump = () => {
    const count = unseen.count > 99 ? "99+" : unseen.count;
    jump.hidden = (list.atEnd && frame.at_end) || !rows.order.length;
    jump.textContent = count ? `↓ ${count}` : "↓";
    jump.setAttribute("aria-label", count ? `Newest messages, ${count} new` : "Newest messages");
  };
  parts.scroller.addEventListener("scroll", updateJump, { passive: true });

  /** Take a frame in; decides whether what is in sight stays in sight. */
  const take = (next) => {
    const isOther = next.conversation !== frame.conversation;
    const last = rows.order.at(-1);
    rows.take(next);
    frame = next;
    if (isOther) {
      askedAt = 0;
      list.atEnd = true;
      unseen.restart(next.unread, next.read_seq);
      el.closeMenu?.();
    }
    const begin = isOther ? -1 : rows.order.lastIndexOf(last);
    const added = begin < 0 ? [] : rows.order.slice(begin + 1).map((key) => rows.byKey.get(key));
    if (added.some((row) => row.mine)) {
      list.atEnd = true;
      unseen.restart(0, 0);
    } else if (!list.atEnd) unseen.add(added);
    else if (next.anew && added.length) unseen.from = added[0].key; // nobody looked
  };
  /** A message was jumped to: show it, and say which it is. */
  const goTo = (key) => {
    list.atEnd = false;
    list.scrollToKey(key, true);
    const line = list.elements.get(key)?.element;
    line?.classList.add("imnb-found");
    line?.focus({ preventScroll: true });
    updateJump();
  };
  const disconnect = connect(model, (next) => {
    const [, jumps] = frame.target;
    const focused = parts.scroller.contains(document.activeElement) && document.activeElement.dataset.key;
    take(next);
    const shown = rows.list();
    unseen.mark(shown);
    drawHeader(parts, frame, !shown.length);
    list.setItems(decorate(shown, { newFrom: unseen.from, isGroup: frame.group, atStart: frame.at_start }));
    if (focused && document.activeElement === document.body) focusOn(focused);
    if (next.target[0] && next.target[1] > jumps && !next.anew) goTo(next.target[0]);
    updateJump();
    tellSeen();
    if (!list.isFilled() && !frame.at_start) askOlder();
  });
  return () => {
    clearTimeout(seenTimer);
    el.closeMenu?.();
    disconnect();
    list.destroy();
  };
}

export default { render };
