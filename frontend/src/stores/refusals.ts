/** A refusal in words. */

import type { Refusal } from "../document/command";
import { translated } from "../i18n";

export function refusalText({ code, values }: Refusal): string {
  return translated(`refused.${code}`, code, values);
}
