// The floors of docs/design: a module imports only from floors below its own; features are strangers to each other.
const below = {
  schema: [],
  i18n: [],
  document: ["schema"],
  api: ["schema", "document"],
  ui: ["schema", "document", "i18n"],
  stores: ["schema", "document", "api", "i18n"],
  features: ["schema", "document", "api", "stores", "ui", "i18n"],
};

const floors = Object.entries(below).map(([floor, allowed]) => ({
  name: `floor-${floor}`,
  severity: "error",
  comment: `src/${floor} may import only from ${allowed.map((name) => `src/${name}`).join(", ") || "itself"}`,
  from: { path: `^src/${floor}/` },
  to: { path: "^src/", pathNot: `^src/(${[floor, ...allowed].join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...floors,
    {
      name: "features-are-strangers",
      severity: "error",
      from: { path: "^src/features/([^/]+)/" },
      to: { path: "^src/features/", pathNot: "^src/features/$1/" },
    },
    {
      name: "document-is-pure",
      severity: "error",
      comment: "The document knows no React, no store, no network.",
      from: { path: "^src/(document|schema)/", pathNot: "\\.test\\.ts$|\\.worker\\.ts$" },
      to: { dependencyTypes: ["npm"], pathNot: "dagre" },
    },
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "default"],
      mainFields: ["module", "main"],
    },
  },
};
