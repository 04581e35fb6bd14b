import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeShared, shared } from "../../../test/shared.ts";
import { imagenetLabels } from "./imagenet-labels.ts";
import { parseLabels } from "./labels.ts";

describe("class names", () => {
  it.each([
    ["a line each", "cat\ndog\n"],
    ["a list with commas", "cat, dog"],
    ["Teachable Machine's numbers", "0 cat\r\n1 dog\r\n"],
    ["a Python table", "{0: 'cat',\n 1: 'dog'}"],
    ["WordNet ids", "n02121808 cat\nn02084071 dog"],
    ["a byte order mark", "\uFEFFcat\ndog"],
    ["a JSON list", '["cat", "dog"]'],
    [
      "TF.js' metadata.json",
      '{"packageName": "@teachablemachine/image", "labels": ["cat", "dog"]}',
    ],
    ["a table of numbers", '{"1": "dog", "0": "cat"}'],
    ["Keras' class indices", '{"dog": 1, "cat": 0}'],
    ["a CSV table with titles", "ClassId,SignName\n0,cat\n1,dog\n"],
    ["a CSV table out of order", "1,dog\n0,cat\n"],
    ["AudioSet's table", 'index,mid,display_name\n0,/m/1,"cat"\n1,/m/2,"dog"\n'],
    ["a CSV table of names alone", "label,count\ncat,3\ndog,9\n"],
    ["YOLO's list", "nc: 2\nnames: ['cat', 'dog']\n"],
    ["YOLO's table", "path: x\nnames:\n  0: cat\n  1: dog  # barks\ndownload: y\n"],
    ["YAML's list", "names:\n- cat\n- dog\n"],
    [
      "a label map",
      "item {\n  id: 2\n  name: '/m/2'\n  display_name: \"dog\"\n}\nitem {\n  id: 1\n  name: 'cat'\n}\n",
    ],
    ["Keras' imagenet_class_index.json", '{"0": ["n02121808", "cat"], "1": ["n02084071", "dog"]}'],
  ])("from %s", (_, text) => {
    expect(parseLabels(text)).toEqual(["cat", "dog"]);
  });

  it("names with commas are no table", () => {
    expect(parseLabels("tench, Tinca tinca\ngoldfish, Carassius auratus")).toEqual([
      "tench, Tinca tinca",
      "goldfish, Carassius auratus",
    ]);
  });

  it("a label map with gaps keeps its numbers", () => {
    const text = "item { id: 1 name: 'a' }\nitem { id: 3 name: 'c' }";
    expect(parseLabels(text)).toEqual(["a", "class 2", "c"]);
  });

  it.each(["{}", "[]", '{"a": "b"}', '{"0": "cat", "2": "dog"}', "[1, 2]", '{"labels": [3]}'])(
    "are none in %s",
    (text) => {
      expect(parseLabels(text)).toEqual([]);
    },
  );
});

describe("ImageNet's classes", () => {
  it("are 1000, all different", () => {
    expect(new Set(imagenetLabels).size).toBe(1000);
    expect([imagenetLabels[0], imagenetLabels[207], imagenetLabels[281]]).toEqual([
      "tench",
      "golden retriever",
      "tabby",
    ]);
  });
});

describeShared("models/labels", "ImageNet's classes as others list them", () => {
  it.each(["synset_words.txt", "imagenet1000_clsidx_to_labels.txt"])("as in %s", (file) => {
    const theirs = parseLabels(readFileSync(shared(`models/labels/${file}`), "utf8"));
    expect(theirs).toHaveLength(1000);
    const differing = theirs.filter((words, i) => {
      const own = imagenetLabels[i]!.replace(/ \(.*\)$/, "");
      return !words.split(/, /).includes(own);
    });
    expect(differing).toEqual([]);
  });
});
