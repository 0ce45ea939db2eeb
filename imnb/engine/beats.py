"""Which replies are answers to heartbeats."""

import threading

from imnb.engine.pending import AskIds
from imnb.pb.envelope_pb2 import Envelope


class Beats:
    """Ask ids of heartbeats, until they are answered.

    Those that a thread sends beside a frozen loop share one id: taking a new one
    is for the loop alone.
    """

    def __init__(self, ask_ids: AskIds) -> None:
        self._ask_ids = ask_ids
        # Without an answer yet: several, when reading was paused for long.
        self._waiting: set[int] = set()
        self._beside = ask_ids.take()
        self._waiting_beside = 0
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Beats: {len(self._waiting)} and {self._waiting_beside} wait>"

    def take(self) -> int:
        """The id of a beat."""
        beat_id = self._ask_ids.take()
        self._waiting.add(beat_id)
        return beat_id

    def take_beside(self) -> int:
        """The id of a beat that another thread sends."""
        with self._lock:
            self._waiting_beside += 1
        return self._beside

    def take_out(self, envelopes: list[Envelope]) -> tuple[list[Envelope], bool]:
        """What is no answer, and whether the last beat of the loop was answered."""
        if not self._waiting and not self._waiting_beside:
            return envelopes, False
        answers = [one.ask_id for one in envelopes if self._is_answer(one.ask_id)]
        if not answers:
            return envelopes, False
        with self._lock:
            mine = self._waiting_beside - answers.count(self._beside)
            self._waiting_beside = max(0, mine)
        answered = self._waiting.intersection(answers)
        self._waiting -= answered
        for beat_id in answered:
            self._ask_ids.done(beat_id)
        others = [one for one in envelopes if one.ask_id not in answers]
        return others, bool(answered) and not self._waiting

    def _is_answer(self, ask_id: int) -> bool:
        return ask_id in self._waiting or ask_id == self._beside
