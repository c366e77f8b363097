/** Version of the event contract, which moves by its own rules: a new event is a minor one. */
export const CONTRACT_VERSION = '1.0.0';
