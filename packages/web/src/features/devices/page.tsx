import { atLeast } from '@aerie/contract/roles';
import { useParams } from '@tanstack/react-router';
import { useMe } from '../../app/context.ts';
import { ForTechnicians } from '../sites/page.tsx';
import { NamedSite } from '../sites/parts/one-site.tsx';
import { OneDevice } from './parts/one-device.tsx';

/** One device of a site. */
export function DevicePage() {
  const { code, deviceId } = useParams({ from: '/sites/$code/devices/$deviceId' });
  const me = useMe();
  return (
    <ForTechnicians>
      <NamedSite code={code}>
        {site => <OneDevice key={deviceId} site={site} deviceId={deviceId} mayForget={atLeast(me.role, 'admin')} />}
      </NamedSite>
    </ForTechnicians>
  );
}
