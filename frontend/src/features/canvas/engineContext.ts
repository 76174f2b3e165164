/** Hands the engine to the canvas' parts. */

import { createContext, useContext } from "react";
import { CanvasEngine } from "./engine";

export const EngineContext = createContext(new CanvasEngine());

export function useEngine(): CanvasEngine {
  return useContext(EngineContext);
}
