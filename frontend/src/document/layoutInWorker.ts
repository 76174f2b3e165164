/** Asks the worker for an arrangement; a worker is made for each question and ended after it. */

import type { LayoutTask, Positions } from "./layout";

export function arrangeInWorker(task: LayoutTask): Promise<Positions> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
    const end = (then: () => void) => {
      worker.terminate();
      then();
    };
    worker.onmessage = (event: MessageEvent<Positions>) => end(() => resolve(event.data));
    worker.onerror = (event) => end(() => reject(new Error(event.message)));
    worker.postMessage(task);
  });
}
