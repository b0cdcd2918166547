export const frTelling = {};
