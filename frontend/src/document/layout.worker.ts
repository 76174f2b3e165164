/** Runs `arranged` off the page's thread. */

import { arranged, type LayoutTask } from "./layout";

self.onmessage = (event: MessageEvent<LayoutTask>) => {
  self.postMessage(arranged(event.data));
};
