/** Tells a screen reader what a command did. */

import { useAnnouncement } from "../stores/announceStore";

export function Announcements() {
  const text = useAnnouncement((state) => state.text);
  return (
    <div role="status" aria-live="polite" className="visually-hidden">
      {text}
    </div>
  );
}
