import SmartCards

extension SimulatedDESFireCard {
    /// Commands for which the selected application is asked.
    mutating func performInApplication(
        _ instruction: UInt8, _ body: [UInt8]
    ) throws(DESFireCardRefusal) -> [UInt8] {
        let isNewer = memory.generation != .ev1
        switch instruction {
        case 0x51: return try cardUID(body)
        case 0xF5: return try fileSettings(body)
        case 0xBD: return try read(instruction, body, framed: true)
        case 0xAD where isNewer: return try read(instruction, body, framed: false)
        case 0xBB: return try readRecords(instruction, body, framed: true)
        case 0xAB where isNewer: return try readRecords(instruction, body, framed: false)
        case 0x6C: return try value(body)
        case 0xDC: return try change(body, sign: -1)
        case 0x0C: return try change(body, sign: 1)
        case 0x3B: return try writeRecord(instruction, body)
        case 0x8B where isNewer: return try writeRecord(instruction, body)
        case 0xC7: return try commit(body)
        case 0xA7:
            _ = try open(instruction, body, header: 0, count: 0, mode: 0x01)
            abortTransaction()
            return reply([], mode: 0x01)
        default: throw .illegalCommand
        }
    }

    private mutating func cardUID(_ body: [UInt8]) throws(DESFireCardRefusal) -> [UInt8] {
        guard session != nil else { throw .authentication }
        _ = try open(0x51, body, header: 0, count: 0, mode: 0x01)
        return reply(memory.uid, mode: 0x03)
    }

    private mutating func fileSettings(_ body: [UInt8]) throws(DESFireCardRefusal) -> [UInt8] {
        let (header, _) = try open(0xF5, body, header: 1, count: 0, mode: 0x01)
        let file = try self.file(header[0])
        let rights = [file.changeKey | file.readWriteKey << 4, file.writeKey | file.readKey << 4]
        switch file.content {
        case .data(let bytes):
            return reply([0x00, file.communication] + rights + little(bytes.count, 3), mode: 0x01)
        case .value(_, let lower, let upper):
            let limits = little(Int(lower), 4) + little(Int(upper), 4) + [0, 0, 0, 0, 0]
            return reply([0x02, file.communication] + rights + limits, mode: 0x01)
        case .records(let records, let length, let places):
            let sizes = little(length, 3) + little(places, 3) + little(records.count, 3)
            return reply([0x04, file.communication] + rights + sizes, mode: 0x01)
        }
    }

    private mutating func read(
        _ instruction: UInt8, _ body: [UInt8], framed: Bool
    ) throws(DESFireCardRefusal) -> [UInt8] {
        guard let number = body.first else { throw .length }
        if let proof = memory.transactionMAC, number == proof.file { return try readProof(proof, instruction, body) }
        let file = try self.file(number)
        let mode = try mode(of: file, [file.readKey, file.readWriteKey])
        let (header, _) = try open(instruction, body, header: 7, count: 0, mode: asking(mode))
        guard case .data(let bytes) = file.content else { throw .parameter }
        let (offset, wanted) = (int(header[1..<4]), int(header[4..<7]))
        let end = wanted == 0 ? bytes.count : offset + wanted
        guard offset < end, end <= bytes.count else { throw .boundary }
        let data = Array(bytes[offset..<end])
        cover([instruction] + header[..<4] + little(data.count, 3))
        cover(data)
        return reply(data, mode: mode, framed: framed)
    }

    private mutating func readProof(
        _ proof: DESFireCardTransactionMAC, _ instruction: UInt8, _ body: [UInt8]
    ) throws(DESFireCardRefusal) -> [UInt8] {
        guard session?.keyNumber == proof.readKey else { throw .permission }
        _ = try open(instruction, body, header: 7, count: 0, mode: 0x01)
        return reply(little(Int(proof.counter), 4) + proof.value, mode: 0x01)
    }

    private mutating func readRecords(
        _ instruction: UInt8, _ body: [UInt8], framed: Bool
    ) throws(DESFireCardRefusal) -> [UInt8] {
        guard let number = body.first else { throw .length }
        let file = try self.file(number)
        let mode = try mode(of: file, [file.readKey, file.readWriteKey])
        let (header, _) = try open(instruction, body, header: 7, count: 0, mode: asking(mode))
        guard case .records(let records, _, _) = file.content else { throw .parameter }
        let (first, wanted) = (int(header[1..<4]), int(header[4..<7]))
        let count = wanted == 0 ? records.count - first : wanted
        guard count > 0, first + count <= records.count else { throw .boundary }
        let data = records.dropLast(first).suffix(count).flatMap { $0 }
        cover([instruction] + header[..<4] + little(count, 3))
        cover(data)
        return reply(data, mode: mode, framed: framed)
    }

    private mutating func value(_ body: [UInt8]) throws(DESFireCardRefusal) -> [UInt8] {
        guard let number = body.first else { throw .length }
        let file = try self.file(number)
        let mode = try mode(of: file, [file.readKey, file.writeKey, file.readWriteKey])
        _ = try open(0x6C, body, header: 1, count: 0, mode: asking(mode))
        guard case .value(let value, _, _) = file.content else { throw .parameter }
        cover([0x6C, number] + little(Int(value), 4))
        return reply(little(Int(value), 4), mode: mode)
    }

    private mutating func change(_ body: [UInt8], sign: Int) throws(DESFireCardRefusal) -> [UInt8] {
        let instruction: UInt8 = sign < 0 ? 0xDC : 0x0C
        guard let number = body.first else { throw .length }
        let file = try self.file(number)
        let keys = sign < 0 ? [file.readKey, file.writeKey, file.readWriteKey] : [file.readWriteKey]
        let mode = try mode(of: file, keys)
        let (_, data) = try open(instruction, body, header: 1, count: 4, mode: mode)
        var files = pending ?? memory.files
        guard var changed = files[number], case .value(let value, let lower, let upper) = changed.content else {
            throw .parameter
        }
        let amount = int(data[...])
        guard amount <= Int(Int32.max) else { throw .parameter }
        let result = Int(value) + sign * amount
        guard (Int(lower)...Int(upper)).contains(result) else { throw .boundary }
        changed.content = .value(Int32(result), lowerLimit: lower, upperLimit: upper)
        files[number] = changed
        pending = files
        cover([instruction, number] + data)
        return reply([], mode: answering(mode))
    }

    private mutating func writeRecord(_ instruction: UInt8, _ body: [UInt8]) throws(DESFireCardRefusal) -> [UInt8] {
        guard body.count >= 7 else { throw .length }
        let file = try self.file(body[0])
        let mode = try mode(of: file, [file.writeKey, file.readWriteKey])
        let (offset, count) = (int(body[1..<4]), int(body[4..<7]))
        guard case .records(_, let length, _) = file.content else { throw .parameter }
        guard count > 0, offset + count <= length else { throw .boundary }
        let whole = session?.bodyLength(header: 7, count: count, mode: mode) ?? 7 + count
        if instruction == 0x3B, body.count < whole {
            continuation = .command(instruction, body)
            return [0x91, 0xAF]
        }
        let (header, data) = try open(instruction, body, header: 7, count: count, mode: mode)
        var files = pending ?? memory.files
        guard var changed = files[body[0]], case .records(var records, _, let places) = changed.content else {
            throw .parameter
        }
        var record = [UInt8](repeating: 0, count: length)
        record.replaceSubrange(offset..<offset + count, with: data)
        records = Array((records + [record]).suffix(places - 1))
        changed.content = .records(records, length: length, places: places)
        files[body[0]] = changed
        pending = files
        cover([instruction] + header)
        cover(data)
        return reply([], mode: answering(mode))
    }

    /// All of the transaction, with its proof, or nothing.
    private mutating func commit(_ body: [UInt8]) throws(DESFireCardRefusal) -> [UInt8] {
        let protection = session?.isEV2 == true ? 8 : 0
        let isAsking = body.count - protection == 1
        let (option, _) = try open(0xC7, body, header: isAsking ? 1 : 0, count: 0, mode: 0x01)
        guard !isAsking || memory.transactionMAC != nil && option == [0x01] else { throw .parameter }
        guard pending != nil || !transactionInput.isEmpty else { throw .noChanges }
        var changed = memory
        changed.files = pending ?? memory.files
        if let proof = memory.transactionMAC { changed.transactionMAC = try proven(proof) }
        if memory.commitFailure == .unchanged { throw .memory }
        memory = changed
        abortTransaction()
        if memory.commitFailure == .changed { throw .memory }
        let proof = memory.transactionMAC.map { little(Int($0.counter), 4) + $0.value } ?? []
        return reply(isAsking ? proof : [], mode: 0x01)
    }

    private func proven(_ proof: DESFireCardTransactionMAC) throws(DESFireCardRefusal) -> DESFireCardTransactionMAC {
        var next = proof
        next.counter += 1
        let vector = [0x5A, 0x00, 0x01, 0x00, 0x80] + little(Int(next.counter), 4) + memory.uid
        let key = try Self.key(AESCMAC.compute(vector, key: proof.key))
        let code = AESCMAC.compute(transactionInput, key: key)
        next.value = stride(from: 1, to: 16, by: 2).map { code[$0] }
        return next
    }

    /// Adds a part to what the transaction MAC covers, filled with zeros to a whole block.
    private mutating func cover(_ part: [UInt8]) {
        guard memory.transactionMAC != nil else { return }
        transactionInput += part
        while transactionInput.count % 16 != 0 { transactionInput.append(0) }
    }

    private func file(_ number: UInt8) throws(DESFireCardRefusal) -> DESFireCardFile {
        guard let file = memory.files[number] else { throw .fileNotFound }
        return file
    }

    /// How the file communicates with whoever is there: as its settings say with the right key, plain with everybody
    /// else to whom it is open.
    private func mode(of file: DESFireCardFile, _ keys: [UInt8]) throws(DESFireCardRefusal) -> UInt8 {
        if let number = session?.keyNumber, keys.contains(number) { return file.communication }
        guard !keys.contains(0x0E) else { return 0x00 }
        throw session == nil ? .authentication : .permission
    }

    /// A command without data is never encrypted.
    private func asking(_ mode: UInt8) -> UInt8 { mode == 0x00 ? 0x00 : 0x01 }

    /// An answer without data is never encrypted.
    private func answering(_ mode: UInt8) -> UInt8 { mode == 0x00 ? 0x00 : 0x01 }

    private mutating func open(
        _ instruction: UInt8, _ body: [UInt8], header: Int, count: Int, mode: UInt8
    ) throws(DESFireCardRefusal) -> (header: [UInt8], data: [UInt8]) {
        guard session != nil else {
            guard body.count == header + count else { throw .length }
            return (Array(body[..<header]), Array(body[header...]))
        }
        guard let opened = try session?.open(instruction, body, header: header, count: count, mode: mode) else {
            throw .authentication
        }
        return opened
    }

    /// - Parameter framed: in frames of 59 bytes, which the terminal fetches one by one.
    private mutating func reply(_ data: [UInt8], mode: UInt8, framed: Bool = true) -> [UInt8] {
        let body = session?.protect(data, mode: mode) ?? data
        guard framed, body.count > 59 else { return body + [0x91, 0x00] }
        return next(stride(from: 0, to: body.count, by: 59).map { Array(body[$0..<min($0 + 59, body.count)]) })
    }

    private func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private func int(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }
}
