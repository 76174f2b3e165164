/** Whether this browser is signed in: a ticket from the address, the cookie, or the token typed in. */

import { create } from "zustand";
import { ApiProblems, api } from "../api/client";

export type SignIn = "starting" | "signed_in" | "signed_out" | "unreachable";

interface SessionState {
  readonly signIn: SignIn;
  /** Uses `#t=…` of the address once, then asks whether the cookie is good. */
  begin(): Promise<void>;
  /** The token that `layerloom token` prints. Throws `ApiProblems` when it is wrong. */
  useToken(token: string): Promise<void>;
  end(): void;
}

export const useSession = create<SessionState>((set) => ({
  signIn: "starting",
  begin: async () => {
    set({ signIn: "starting" });
    try {
      const ticket = takeTicket();
      if (ticket) {
        try {
          await api.signIn({ ticket });
        } catch (error) {
          // A used ticket is no harm where the cookie is good.
          if (!(error instanceof ApiProblems) || error.isOffline) throw error;
        }
      }
      set({ signIn: (await api.isSignedIn()) ? "signed_in" : "signed_out" });
    } catch {
      set({ signIn: "unreachable" });
    }
  },
  useToken: async (token) => {
    await api.signIn({ token });
    set({ signIn: "signed_in" });
  },
  end: () => set({ signIn: "signed_out" }),
}));

/** The fragment's ticket; the address keeps no trace of it. */
function takeTicket(): string | null {
  const ticket = new URLSearchParams(window.location.hash.slice(1)).get("t");
  if (ticket) window.history.replaceState(null, "", window.location.pathname + window.location.search);
  return ticket;
}
