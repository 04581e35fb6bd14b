import text from "../tour.md?raw";
import { parseTour } from "./tour-steps.ts";

export const tour = parseTour(text);
