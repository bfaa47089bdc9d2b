import Payments

/// Draws what happens in a campus from its seed. Each kind of incident has a random stream of its own, so that leaving
/// a kind out leaves the others as they were.
struct IncidentPlanner {
    private let plan: SimulationPlan
    private var incidents: [Incident] = []

    private init(_ plan: SimulationPlan) { self.plan = plan }

    /// All incidents in the order of their times, cut as the plan says.
    static func incidents(of plan: SimulationPlan) -> [Incident] {
        var planner = IncidentPlanner(plan)
        planner.planDays()
        let wanted = planner.incidents.filter { $0.fault.map(plan.faults.contains) ?? true }
        let ordered = wanted.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        return limited(ordered.map(\.element), plan).prefix(plan.eventMaximum ?? .max).map(\.self)
    }

    /// Leaves out what is above the plan's limits for each kind; torn and repeated orders stay as whole ones.
    private static func limited(_ incidents: [Incident], _ plan: SimulationPlan) -> [Incident] {
        guard !plan.faultMaximums.isEmpty else { return incidents }
        var counts: [FaultKind: Int] = [:]
        func isWithin(_ kind: FaultKind) -> Bool {
            counts[kind, default: 0] += 1
            return counts[kind, default: 0] <= plan.faultMaximums[kind] ?? .max
        }
        return incidents.compactMap { incident in
            var incident = incident
            switch incident.action {
            case .sale(let terminal, let student, let means, let fen, let repeated, let tear):
                incident.action = .sale(
                    terminal: terminal, student: student, means: means, fen: fen,
                    repeated: repeated && isWithin(.repetition), tear: tear.flatMap { isWithin(.tear) ? $0 : nil })
            case .load(let terminal, let student, let fen, let tear):
                incident.action = .load(
                    terminal: terminal, student: student, fen: fen, tear: tear.flatMap { isWithin(.tear) ? $0 : nil })
            default: break
            }
            guard let fault = incident.fault else { return incident }
            return isWithin(fault) ? incident : nil
        }
    }

    private mutating func planDays() {
        for day in 0..<plan.days {
            for terminal in 0..<plan.terminals { planSales(terminal, day) }
            planOffice(day)
            planPolicies(day)
            planHub(day)
            for terminal in 0..<plan.terminals {
                planLoads(terminal, day)
                planCorrections(terminal, day)
                planTerminalFaults(terminal, day)
            }
        }
        for terminal in 0..<plan.terminals { planImage(terminal) }
    }

    private func stream(_ purpose: String, _ numbers: Int...) -> SeededRandom {
        SeededRandom(seed: plan.seed, purpose: ([purpose] + numbers.map(String.init)).joined(separator: "/"))
    }

    private mutating func add(_ time: Duration, _ fault: FaultKind? = nil, _ action: Incident.Action) {
        incidents.append(Incident(time: time, fault: fault, action: action))
    }

    /// Breakfast, lunch and supper take four of five orders.
    private static func openingTime(_ day: Int, _ random: inout SeededRandom) -> Duration {
        let meals = [(420, 60), (690, 75), (1050, 90)]
        let minute: Int
        if random.chance(80) {
            let (start, length) = random.pick(meals)
            minute = start + random.number(in: 0...length)
        } else {
            minute = random.number(in: 390...1260)
        }
        return .seconds(day * 86_400 + minute * 60 + random.number(in: 0...59))
            + random.milliseconds(in: 0...999)
    }

    /// Faults cluster around the sales of a terminal, of any when `nil`, or they would hit an idle campus.
    private func anyTime(_ day: Int, at terminal: Int?, _ random: inout SeededRandom) -> Duration {
        guard random.chance(80) else { return .seconds(day * 86_400 + random.number(in: 0...86_399)) }
        let sold = saleTime(
            terminal ?? random.number(in: 0...plan.terminals - 1), day,
            random.number(in: 0...plan.salesPerDay - 1))
        return sold + random.milliseconds(in: -3000...3000)
    }

    private func saleTime(_ terminal: Int, _ day: Int, _ number: Int) -> Duration {
        var random = stream("sale", terminal, day, number)
        return Self.openingTime(day, &random)
    }

    private mutating func planSales(_ terminal: Int, _ day: Int) {
        for number in 0..<plan.salesPerDay {
            var random = stream("sale", terminal, day, number)
            let time = Self.openingTime(day, &random)
            let student = random.number(in: 0...plan.students - 1)
            let fen = Int64(random.chance(90) ? random.number(in: 50...1800) : random.number(in: 1800...9000))
            let draw = random.number(in: 0...99)
            let means: Incident.Means = draw < 45 ? .card : draw < 75 ? .purse : .code
            var tear: Incident.Tear?
            if case .purse = means, plan.faults.contains(.tear), random.chance(30) {
                tear = Self.tear(&random)
            }
            let repeated = random.chance(10) && plan.faults.contains(.repetition)
            add(
                time, nil,
                .sale(
                    terminal: terminal, student: student, means: means, fen: fen, repeated: repeated, tear: tear))
            guard draw >= 85 else { continue }
            let other = random.chance(40) ? terminal : random.number(in: 0...plan.terminals - 1)
            add(
                time + random.milliseconds(in: 3000...40_000), .codeReuse,
                .sale(terminal: other, student: student, means: .lastCode, fen: fen, repeated: false, tear: nil))
        }
    }

    private mutating func planOffice(_ day: Int) {
        var topUps = stream("topUp", day)
        for _ in 0..<plan.students {
            let time = Self.openingTime(day, &topUps)
            add(
                time,
                .none,
                .topUp(
                    student: topUps.number(in: 0...plan.students - 1), fen: Int64(topUps.number(in: 3000...20_000)),
                    twice: topUps.chance(20)))
        }
        var random = stream("office", day)
        for _ in 0..<1 + plan.students / 8 {
            let student = random.number(in: 0...plan.students - 1)
            let time = Self.openingTime(day, &random)
            let later = time + random.milliseconds(in: 60_000...7_200_000)
            switch random.number(in: 0...9) {
            case 0...3:
                add(time, .office, .reportLost(student: student))
                if random.chance(60) { add(later, .office, .reportFound(student: student)) }
            case 4: add(time, .office, .reportStolen(student: student))
            case 5: add(time, .office, .close(student: student))
            default:
                add(time, .office, .freeze(student: student))
                add(later, .office, .unfreeze(student: student))
            }
        }
    }

    private mutating func planPolicies(_ day: Int) {
        var random = stream("policy", day)
        for student in 0..<plan.students where day == 0 && random.chance(60) {
            add(random.milliseconds(in: 60_000...6 * 3_600_000), .policy, .setPIN(student: student))
        }
        for _ in 0..<random.number(in: 1...3) {
            let time = anyTime(day, at: nil, &random)
            add(time, .policy, .publishPolicy(draw: random.next()))
        }
        for _ in 0..<1 + plan.students / 5 {
            let student = random.number(in: 0...plan.students - 1)
            let time = Self.openingTime(day, &random)
            switch random.number(in: 0...3) {
            case 0:
                let limit = random.chance(70) ? Int64(random.number(in: 1000...8000)) : nil
                add(time, .policy, .setLimits(student: student, dayFen: limit))
            default:
                let fen = Int64(random.number(in: 500...5000))
                add(time, .policy, .grantSubsidy(student: student, fen: fen))
            }
        }
    }

    private mutating func planLoads(_ terminal: Int, _ day: Int) {
        var random = stream("load", terminal, day)
        for _ in 0..<random.number(in: 0...1 + plan.salesPerDay / 15) {
            let time = Self.openingTime(day, &random)
            let student = random.number(in: 0...plan.students - 1)
            let fen = Int64(random.number(in: 100...5000))
            let tear = random.chance(30) && plan.faults.contains(.tear) ? Self.tear(&random) : nil
            add(time, .load, .load(terminal: terminal, student: student, fen: fen, tear: tear))
        }
    }

    private mutating func planCorrections(_ terminal: Int, _ day: Int) {
        var random = stream("correction", terminal, day)
        for _ in 0..<1 + plan.salesPerDay / 12 {
            let time = anyTime(day, at: terminal, &random) + random.milliseconds(in: 10_000...3_600_000)
            let percent = random.pick([20, 50, 60, 100, 100])
            let repeated = random.chance(30)
            add(
                time, .correction,
                .refund(terminal: terminal, draw: random.next(), percent: percent, repeated: repeated))
        }
        for _ in 0..<random.number(in: 0...1 + plan.salesPerDay / 20) {
            let time = anyTime(day, at: terminal, &random) + random.milliseconds(in: 4000...240_000)
            add(time, .correction, .void(terminal: terminal, lane: random.number(in: 0...1)))
        }
        for _ in 0..<random.number(in: 0...1 + plan.salesPerDay / 20) {
            add(Self.openingTime(day, &random), .correction, .adjust(draw: random.next()))
        }
    }

    private static func tear(_ random: inout SeededRandom) -> Incident.Tear {
        Incident.Tear(
            exchange: random.number(in: 1...6), isHandled: random.chance(50),
            comesAgain: random.chance(70) ? random.milliseconds(in: 300...40_000) : nil)
    }

    private mutating func planHub(_ day: Int) {
        var standby = stream("failover", day)
        if standby.chance(30) {
            let time = anyTime(day, at: nil, &standby)
            add(time, .failover, .failover(down: standby.milliseconds(in: 500...20_000)))
        }
        var random = stream("hub", day)
        for _ in 0..<random.number(in: 0...2) {
            let time = anyTime(day, at: nil, &random)
            let writes = random.chance(60) ? random.number(in: 1...40) : nil
            add(time, .hub, .hubDies(writes: writes, down: random.milliseconds(in: 500...600_000)))
        }
    }

    private mutating func planTerminalFaults(_ terminal: Int, _ day: Int) {
        var kills = stream("kill", terminal, day)
        for _ in 0..<kills.number(in: 0...2) {
            let time = anyTime(day, at: terminal, &kills)
            add(time, .kill, .kill(terminal: terminal, down: kills.milliseconds(in: 100...120_000)))
        }
        var cuts = stream("power", terminal, day)
        for _ in 0..<cuts.number(in: 0...3) {
            let time = anyTime(day, at: terminal, &cuts)
            let writes = cuts.number(in: 1...60)
            add(
                time, .power,
                .power(terminal: terminal, writes: writes, down: cuts.milliseconds(in: 1000...1_800_000)))
        }
        var full = stream("diskFull", terminal, day)
        if full.chance(30) {
            let time = anyTime(day, at: terminal, &full)
            add(time, .diskFull, .diskFull(terminal: terminal, lasts: full.milliseconds(in: 1000...3_600_000)))
        }
        var partitions = stream("partition", terminal, day)
        for _ in 0..<partitions.number(in: 0...3) {
            let time = anyTime(day, at: terminal, &partitions)
            let longest = partitions.chance(15) ? 30 * 3_600_000 : 3_600_000
            add(time, .partition, .cutOff(terminal: terminal, lasts: partitions.milliseconds(in: 1000...longest)))
        }
        var clocks = stream("clock", terminal, day)
        if clocks.chance(40) {
            let time = anyTime(day, at: terminal, &clocks)
            let seconds = clocks.pick([-86_400 * 400, -7200, -90, -20, 15, 90, 7200, 86_400 * 400])
            add(time, .clock, .clockJump(terminal: terminal, by: .seconds(seconds)))
        }
    }

    /// At most one terminal in five gets an old image put back.
    private mutating func planImage(_ terminal: Int) {
        var random = stream("image", terminal)
        guard random.chance(20) else { return }
        let length = plan.days * 86_400
        let copied = random.number(in: length / 4...length / 2)
        let restored = random.number(in: copied + 60...max(copied + 61, length * 4 / 5))
        add(.seconds(copied), .image, .copyImage(terminal: terminal))
        add(.seconds(restored), .image, .restoreImage(terminal: terminal))
    }
}
