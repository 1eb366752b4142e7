import type { Problem } from '../../engine/graph.ts';
import type { ProblemDetails } from '../contract/shapes.ts';

/** An expected failure of a request; becomes RFC 9457 problem details. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly errors: { path: string; message: string }[] | undefined;
  readonly problems: Problem[] | undefined;
  readonly revision: number | undefined;

  /** @param code kebab-case name of the kind of problem, the last part of `type` */
  constructor(
    status: number,
    code: string,
    title: string,
    detail: string,
    extra: { errors?: { path: string; message: string }[]; problems?: Problem[]; revision?: number } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.title = title;
    this.errors = extra.errors;
    this.problems = extra.problems;
    this.revision = extra.revision;
  }

  toDetails(): ProblemDetails {
    return {
      type: `https://replygraph.dev/problems/${this.code}`,
      title: this.title,
      status: this.status,
      detail: this.message,
      ...(this.errors && { errors: this.errors }),
      ...(this.problems && { problems: this.problems }),
      ...(this.revision !== undefined && { revision: this.revision }),
    };
  }
}

export const notFound = (what: string) =>
  new HttpProblem(404, 'not-found', 'Not found', `There is no such ${what} in this workspace.`);

export const conflict = (code: string, detail: string) => new HttpProblem(409, code, 'Conflict', detail);
