/** `npm run schema`: the API's description → the page's types. */

import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "openapi.json",
  output: { path: "src/schema/generated", clean: true, entryFile: false },
  plugins: ["@hey-api/typescript"],
});
