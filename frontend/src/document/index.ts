/** The document floor in one import: types and questions. Commands are in `document/commands`. */

export * from "./ports";
export * from "./questions";
export * from "./types";
