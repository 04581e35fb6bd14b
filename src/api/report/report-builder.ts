import type { Fields } from "../../base/fields.ts";
import type { Prediction } from "../../model/head/prediction.ts";
import type {
  Report,
  ReportFact,
  ReportLooks,
  ReportNetwork,
  ReportPhoto,
  ReportSection,
} from "../../report/report.ts";
import { reportVersion } from "../../report/report.ts";
import { version } from "../../version.ts";
import type { Given } from "../../views/run-view.ts";
import { type PhotoSubject, type Subjects, type Takes, photosOf } from "../../views/subject.ts";
import { describePhoto } from "./describe-photo.ts";
import { type AnySeen, figuresOf } from "./figures-of.ts";

/**
 * Collects what was seen for one page. Of each result only what the page needs is kept, so that photos can
 * be looked at one after the other.
 */
export class ReportBuilder {
  readonly #network: ReportNetwork | undefined;
  readonly #photos: ReportPhoto[] = [];
  readonly #numbers = new Map<PhotoSubject, number>();
  readonly #sections: ReportSection[] = [];

  constructor(network?: ReportNetwork) {
    this.#network = network;
  }

  /** Whether what the network says of a subject's photos is known already. */
  knows(subject: Subjects[Takes]): boolean {
    return photosOf(subject).every((photo) => this.#numbers.has(photo));
  }

  /**
   * @param predictions what the network says of the photos that the view looked at, in their order
   * @param shows how the view's pictures would be drawn
   */
  async add(
    seen: AnySeen,
    predictions: readonly (Prediction | undefined)[] = [],
    shows: Given<Fields> = {},
  ): Promise<void> {
    const numbers = photosOf(seen.subject).map((photo, i) => this.#number(photo, predictions[i]));
    const { id, title, summary, formula, paper, pitfall } = seen.view;
    const figures = (await figuresOf(seen, shows)).map((figure) =>
      figure.photo === undefined ? figure : { ...figure, photo: numbers[figure.photo]! },
    );
    this.#sections.push({
      view: {
        id,
        title,
        summary,
        ...(formula !== undefined && { formula }),
        ...(paper !== undefined && { paper }),
        ...(pitfall !== undefined && { pitfall }),
      },
      photos: numbers,
      caption: seen.words.caption,
      figures,
      tables: seen.tables.map(({ name, columns, rows }) => ({ name, columns, rows })),
    });
  }

  /** The report of all that was added. */
  build(facts: readonly ReportFact[] = [], looks: ReportLooks = {}): Report {
    const [first, ...more] = this.#photos;
    const photos =
      first && (more.length > 0 ? `${first.name} and ${more.length} more` : first.name);
    const network = this.#network?.file ?? this.#network?.name;
    return {
      version: reportVersion,
      title: [photos, network].filter(Boolean).join(" · ") || "striate",
      ...(this.#network && { network: this.#network }),
      photos: this.#photos,
      sections: this.#sections,
      facts: [{ name: "striate", value: version, code: true }, ...facts],
      looks,
    };
  }

  #number(photo: PhotoSubject, prediction: Prediction | undefined): number {
    const known = this.#numbers.get(photo) ?? this.#sameAs(photo);
    if (known !== undefined) {
      this.#numbers.set(photo, known);
      return known;
    }
    const number = this.#photos.push(describePhoto(photo, prediction)) - 1;
    this.#numbers.set(photo, number);
    return number;
  }

  /** The number of a photo that was prepared before, for another view, from the same picture. */
  #sameAs(photo: PhotoSubject): number | undefined {
    return [...this.#numbers].find(([known]) => isSame(known, photo))?.[1];
  }
}

function isSame(a: PhotoSubject, b: PhotoSubject): boolean {
  if (a.name !== b.name || a.preparation !== b.preparation || !a.photo || !b.photo) return false;
  if (a.photo === b.photo) return true;
  const [own, other] = [a.photo.data, b.photo.data];
  const isAlike = a.photo.width === b.photo.width && own.length === other.length;
  return isAlike && own.every((value, i) => value === other[i]);
}
