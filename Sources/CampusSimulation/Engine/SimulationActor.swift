/// Where a simulation lives: everything that is not product code runs here, one thing at a time.
@globalActor package actor SimulationActor {
    package static let shared = SimulationActor()
}
