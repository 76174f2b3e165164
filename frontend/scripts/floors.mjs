// Runs dependency-cruiser over src and fails on a broken floor, and also when it read too little to have checked one.
import { spawnSync } from "node:child_process";

const result = spawnSync(
  "depcruise",
  ["src", "--config", ".dependency-cruiser.cjs", "--output-type", "json"],
  {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    shell: process.platform === "win32",
  },
);
if (!result.stdout) {
  console.error(result.stderr || "dependency-cruiser gave no output");
  process.exit(1);
}
const { summary } = JSON.parse(result.stdout);
for (const violation of summary.violations) {
  console.error(`${violation.rule.severity} ${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}
if (summary.totalCruised < 20 || summary.totalDependenciesCruised < 20) {
  console.error(`Only ${summary.totalCruised} modules were read: the floors were not checked.`);
  process.exit(1);
}
if (summary.error > 0) process.exit(1);
console.log(`Floors hold: ${summary.totalCruised} modules, ${summary.totalDependenciesCruised} imports.`);
