// Ports of its own for a whole lab, so that several can run on one machine.
import { freePorts } from './free-port.ts';

/** The variables of docker-compose.yml that name a port of this machine, each with a free one. */
export async function freeLabPorts() {
  const [frontend, coordinator, scaler, dial, rabbitmq, management] = await freePorts(6);
  return {
    FRONTEND_PORT: String(frontend),
    COORDINATOR_PORT: String(coordinator),
    SCALER_PORT: String(scaler),
    DIAL_PORT: String(dial),
    RABBITMQ_PORT: String(rabbitmq),
    RABBITMQ_MANAGEMENT_PORT: String(management),
  };
}
