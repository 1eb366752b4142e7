import type { AiService } from '../../engine/services.ts';

/** One way of answering: the built-in one, or a model. It has decided on the model already and ignores `request.model`. */
export type AiProvider = AiService;
