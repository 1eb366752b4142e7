/** What the palette puts into a drag, so that the canvas knows which type is dropped. */
export const DRAGGED_TYPE = 'application/x-replygraph-node-type';
