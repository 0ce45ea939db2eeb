"""A browser as a kernel sees it: comm messages in both directions, no page."""


class FrontEnd:
    """Stands at the other end of a view's comm.

    Attributes:
        frames: that came, oldest first.
        wakes: how often it was asked whether it is there.
        answers: acknowledge each frame at once.
    """

    def __init__(self, view, answers=True):
        self.view = view
        self.answers = answers
        self.frames = []
        self.wakes = 0
        self.opened = dict(view.comm._open_data)
        view.comm.publish_msg = self._published

    @property
    def last(self):
        return self.frames[-1]

    def say(self, kind, **content):
        """What anywidget's ``model.send`` does."""
        data = {"method": "custom", "content": {"type": kind, **content}}
        self.view._handle_msg({"content": {"data": data}, "buffers": []})

    def _published(self, msg_type, data=None, **_more):
        if msg_type != "comm_msg" or data.get("method") != "custom":
            return
        content = data["content"]
        if content["type"] == "wake":
            self.wakes += 1
            return
        self.frames.append(content)
        if self.answers:
            self.say("ack", number=content["number"])
