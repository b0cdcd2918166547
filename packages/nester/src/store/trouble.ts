import { AppError } from '@aerie/contract';
import type { StoreDialect } from './dialect.ts';

/** What may be wrong with a store, in words for everybody. The database's own may name files, hosts and rows: they go to the log. */
const troubles = { disk_full: 'the disk is full', store_silent: 'the store does not answer' };

export function troubleOf(error: unknown, dialect: StoreDialect): string {
  return troubles[kindOf(error, dialect)];
}

export function storageFailed(error: unknown, dialect: StoreDialect): AppError {
  return new AppError('storage_failed', { reason: kindOf(error, dialect) });
}

function kindOf(error: unknown, dialect: StoreDialect): keyof typeof troubles {
  return dialect.isDiskFull(error) ? 'disk_full' : 'store_silent';
}
