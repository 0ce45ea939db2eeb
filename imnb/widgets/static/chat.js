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
  const error = errorPanel(model);
  el.append(header, messages, error.element);
  return { title, subtitle, picture, header, scroller, empty, messages, error };
}

/** What was not seen yet: the mark above it and how many came out of sight. */
class Unseen {
  constructor() {
    this.count = 0;
    this.from = null;
  }

  /** Another conversation is shown; `unread` of it are new. */
  restart(unread) {
    this.count = 0;
    this.from = null;
    this.waiting = unread;
  }

  /** The first rows of a conversation are there: where does the new begin? */
  mark(rows) {
    if (!this.waiting || !rows.length) return;
    const theirs = rows.filter((row) => !row.mine);
    this.from = theirs[Math.max(0, theirs.length - this.waiting)]?.key ?? null;
    this.waiting = 0;
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
  let frame = { conversation: null, group: false, at_start: true };
  let askedAt = 0;
  let seenTimer = 0;

  const askOlder = () => {
    const pause = frame.at_start ? START_PAUSE : OLDER_PAUSE;
    if (!rows.order.length || Date.now() - askedAt < pause) return;
    askedAt = Date.now();
    send({ type: "older" });
  };
  const isSeen = () => frame.unread > 0 && rows.order.length && list.atEnd && document.visibilityState === "visible";
  const tellSeen = () => {
    if (seenTimer || !isSeen()) return;
    seenTimer = setTimeout(() => {
      seenTimer = 0;
      if (isSeen()) send({ type: "seen" });
    }, SEEN_DELAY);
  };
  const list = new VirtualList(
    parts.scroller,
    (item) => (item.row ? renderMessage(item, frame.group, send) : renderSeparator(item)),
    {
      stick: true,
      estimate: 44,
      onTop: askOlder,
      onEnd: () => {
        unseen.count = 0;
        updateJump();
        send({ type: "end" });
        tellSeen();
      },
    },
  );
  const toEnd = () => {
    list.scrollToEnd();
    list.options.onEnd();
    parts.scroller.focus();
  };
  const jump = button("imnb-jump", "Newest messages", "↓", toEnd);
  parts.messages.append(jump);
  const updateJump = () => {
    const count = unseen.count > 99 ? "99+" : unseen.count;
    jump.hidden = list.atEnd || !rows.order.length;
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
      unseen.restart(next.unread);
    }
    const begin = isOther ? -1 : rows.order.lastIndexOf(last);
    const added = begin < 0 ? [] : rows.order.slice(begin + 1).map((key) => rows.byKey.get(key));
    if (added.some((row) => row.mine)) {
      list.atEnd = true;
      unseen.restart(0);
    } else if (!list.atEnd) unseen.add(added);
    else if (next.anew && added.length) unseen.from = added[0].key; // nobody looked
  };
  const disconnect = connect(model, (next) => {
    take(next);
    const shown = rows.list();
    unseen.mark(shown);
    drawHeader(parts, frame, !shown.length);
    list.setItems(decorate(shown, { newFrom: unseen.from, isGroup: frame.group, atStart: frame.at_start }));
    updateJump();
    tellSeen();
    if (!list.isFilled() && !frame.at_start) askOlder();
  });
  return () => {
    clearTimeout(seenTimer);
    disconnect();
    list.destroy();
  };
}

export default { render };
