/** Kinds of bikes, as prices differ by them. (Apart from the entities: screens use it.) */
export const vehicleClasses = ['scooter', 'commuter', 'sport', 'cruiser', 'ev'] as const;
