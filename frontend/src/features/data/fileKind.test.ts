import { describe, expect, it } from "vitest";
import { kindOfFile, kindOfJson } from "./fileKind";

describe("what a file is", () => {
  it.each([
    ["model.keras", "model"],
    ["weights.h5", "model"],
    ["Customers.CSV", "data"],
    ["table.parquet", "data"],
    ["digits.npz", "data"],
    ["rows.jsonl", "data"],
    ["pictures.zip", "data"],
    ["thesis.pdf", "other"],
    ["README", "other"],
  ])("%s: %s", async (name, kind) => {
    expect(await kindOfFile(new File(["x"], name))).toBe(kind);
  });

  it("of JSON is told by what is in it", async () => {
    const file = new File(['[{"age": 3}]'], "people.json");

    expect(await kindOfFile(file)).toBe("data");
    expect(kindOfJson('{"format": "layerloom/1", "models": {}}')).toBe("model");
    expect(kindOfJson('{"class_name": "Functional", "config": {}}')).toBe("model");
    expect(kindOfJson('{"age": 3}\n{"age": 4}\n')).toBe("data");
    expect(kindOfJson('{"age": [3, 4], "name": ["a", "b"]}')).toBe("data");
    expect(kindOfJson("{not JSON")).toBe("model");
  });
});
