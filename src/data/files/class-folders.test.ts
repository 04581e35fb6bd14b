import { describe, expect, it } from "vitest";
import { type FoundFile, findClasses } from "./class-folders.ts";
import { isLitter } from "./litter.ts";

const pictures = (...paths: string[]): FoundFile[] =>
  paths.map((path) => ({ path, kind: "picture" }));
const list = (files: FoundFile[], folders: string[] = []) => {
  const { classNames, splits } = findClasses(files, folders);
  return {
    classNames,
    splits: Object.fromEntries(
      [...splits].map(([name, found]) => [
        name,
        found.map(({ path, label }) => `${path}=${label}`),
      ]),
    ),
  };
};

describe("findClasses", () => {
  it("takes the folders at the top as classes, in code-point order", () => {
    expect(list(pictures("dog/1.jpg", "Cat/2.jpg", "Cat/10.jpg"))).toEqual({
      classNames: ["Cat", "dog"],
      splits: { train: ["Cat/10.jpg=0", "Cat/2.jpg=0", "dog/1.jpg=1"] },
    });
  });

  it("goes down through wrappers", () => {
    expect(list(pictures("a/PetImages/Cat/1.jpg", "a/PetImages/Dog/1.jpg")).classNames).toEqual([
      "Cat",
      "Dog",
    ]);
  });

  it("counts pictures in subfolders of a class for it", () => {
    const { classNames, splits } = list(
      pictures("cat/indoor/a/1.jpg", "cat/2.jpg", "dog/out/1.jpg"),
    );
    expect(classNames).toEqual(["cat", "dog"]);
    expect(splits["train"]).toEqual(["cat/2.jpg=0", "cat/indoor/a/1.jpg=0", "dog/out/1.jpg=1"]);
  });

  it("knows folders of splits, whatever they are called", () => {
    const files = pictures(
      "set/training_set/dogs/1.jpg",
      "set/training_set/cats/1.jpg",
      "set/test_set/test_set/cats/9.jpg",
      "set/test_set/test_set/dogs/9.jpg",
      "set/val/cats/5.jpg",
    );
    expect(list(files)).toEqual({
      classNames: ["cats", "dogs"],
      splits: {
        train: ["set/training_set/cats/1.jpg=0", "set/training_set/dogs/1.jpg=1"],
        test: ["set/test_set/test_set/cats/9.jpg=0", "set/test_set/test_set/dogs/9.jpg=1"],
        validation: ["set/val/cats/5.jpg=0"],
      },
    });
  });

  it("takes photos that nothing tells apart for one class, where that will do", () => {
    const any = { unlabelled: true };
    const bare = findClasses(pictures("2.jpg", "1.jpg"), [], any);
    expect(bare.classNames).toEqual(["photos"]);
    expect(bare.splits.get("train")!.map(({ path }) => path)).toEqual(["1.jpg", "2.jpg"]);
    const one = findClasses(pictures("Pet/Cat/1.jpg"), [], any);
    expect([one.classNames, one.notices]).toEqual([["Cat"], []]);
    const two = findClasses(pictures("b/1.jpg", "a/1.jpg", "loose.jpg"), [], any);
    expect(two.classNames).toEqual(["a", "b"]);
    expect(() => findClasses([], [], any)).toThrow("there are no pictures");
  });

  it("warns of a split with one class only", () => {
    const found = findClasses(pictures("train/cat/1.jpg", "train/dog/1.jpg", "val/cat/2.jpg"));
    expect(found.notices).toEqual(['all pictures of the split validation are of one class, "cat"']);
  });

  it("says that unlabelled test pictures are left out", () => {
    const found = findClasses(
      pictures("train/cat/1.jpg", "train/dog/1.jpg", "test1/1.jpg", "test1/2.jpg"),
    );
    expect([...found.splits.keys()]).toEqual(["train"]);
    expect(found.notices).toEqual(["test1: 2 pictures without class folders are left out"]);
  });

  it("takes folders called train and test as classes when pictures lie in them", () => {
    expect(list(pictures("train/1.jpg", "bus/1.jpg", "test/1.jpg")).classNames).toEqual([
      "bus",
      "test",
      "train",
    ]);
  });

  it("asks when it is not clear what is a split", () => {
    const files = pictures(
      "train/cat/1.jpg",
      "train/dog/1.jpg",
      "extra/cat/1.jpg",
      "extra/dog/1.jpg",
    );
    expect(() => findClasses(files)).toThrow("train, extra are splits and which are classes");
  });

  it("lists what is no picture inside a class, and passes over what lies above", () => {
    const found = findClasses([
      ...pictures("Pet/Cat/1.jpg", "Pet/Dog/1.jpg"),
      { path: "Pet/Cat/666.jpg", kind: "broken", why: "is empty (0 bytes)" },
      { path: "Pet/Dog/notes.txt", kind: "other", why: "is a text file" },
      { path: "readme.txt", kind: "other", why: "is a text file" },
      { path: "docs/manual.pdf", kind: "other", why: "is a PDF document" },
    ]);
    expect(found.classNames).toEqual(["Cat", "Dog"]);
    expect(found.skipped).toEqual([
      { path: "Pet/Cat/666.jpg", reason: "is empty (0 bytes)" },
      { path: "Pet/Dog/notes.txt", reason: "is a text file" },
    ]);
    expect(found.notices).toEqual([]);
  });

  it.each<[string, FoundFile[], string[], string]>([
    [
      "an empty class folder",
      pictures("cat/1.jpg", "cow/1.jpg"),
      ["dog"],
      'class folder "dog" is empty',
    ],
    [
      "an empty one beside a single class",
      pictures("cat/1.jpg"),
      ["cat", "dog"],
      'class folder "dog" is empty',
    ],
    ["one class only", pictures("Pet/Cat/1.jpg"), [], 'only one class folder, "Pet/Cat"'],
    ["no class folders", pictures("1.jpg", "2.jpg"), [], "2 pictures lie without class folders"],
    ["nothing", [], [], "there are no pictures"],
    [
      "only documents",
      [
        { path: "a/b.txt", kind: "other" },
        { path: "a/c.TXT", kind: "other" },
        { path: "b/d", kind: "other" },
      ],
      [],
      "there are no pictures, and 3 files that are not read: 2 .txt, 1 without an ending",
    ],
    [
      "a class of broken files",
      [...pictures("cat/1.jpg"), { path: "dog/1.jpg", kind: "broken" }],
      [],
      'class folder "dog" holds no readable picture: the only file in it is empty or no picture',
    ],
  ])("refuses %s in one sentence", (_title, files, folders, message) => {
    expect(() => findClasses(files, folders)).toThrow(message);
  });

  it("mentions folders in which nothing is read, by ending", () => {
    const raw = { path: "cow/1.cr2", kind: "other" } as const;
    const found = findClasses([...pictures("cat/1.jpg", "dog/1.jpg"), raw]);
    expect(found.notices).toEqual([
      'folder "cow" is left out: there are no pictures in it, and a file that is not read: 1 .cr2',
    ]);
  });

  it("mentions pictures beside class folders", () => {
    const found = findClasses(pictures("cat/1.jpg", "dog/1.jpg", "loose.jpg"));
    expect(found.notices).toEqual(["1 picture beside the class folders is left out"]);
  });
});

describe("isLitter", () => {
  it.each([
    ".DS_Store",
    "Cat/.hidden/1.jpg",
    "__MACOSX/Cat/._1.jpg",
    "Cat/Thumbs.db",
    "cat/desktop.ini",
  ])("%s", (path) => {
    expect(isLitter(path)).toBe(true);
  });

  it("leaves people's files alone", () => {
    expect(["Cat/1.jpg", "Thumbs/1.jpg", "a.b/c.jpg"].some(isLitter)).toBe(false);
  });
});
