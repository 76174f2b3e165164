/** What a screen reader is told: the last thing that a command did. */

import { create } from "zustand";

interface AnnounceState {
  readonly text: string;
}

export const useAnnouncement = create<AnnounceState>(() => ({ text: "" }));

export function announce(text: string): void {
  // The same words again must be read again: a reader only speaks when the text changes.
  const before = useAnnouncement.getState().text;
  useAnnouncement.setState({ text: before === text ? `${text}\u00a0` : text });
}
