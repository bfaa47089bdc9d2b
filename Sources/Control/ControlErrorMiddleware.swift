import ControlProtocol
import HTTPTypes
import Hummingbird
import Logging
import Payments
import Terminal

/// Turns every error into a ``ControlProtocol/ProblemMessage`` with its stable number.
struct ControlErrorMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let refusal as LaneRefusal {
            return try problem(refusal, status: refusal.code.httpStatus, request, context)
        } catch let refusal as CorrectionRefusal {
            return try problem(
                refusal, chinese: refusal.chineseText, status: refusal.code.httpStatus, request, context)
        } catch let refusal as SecureModuleRefusal {
            return try problem(refusal, status: .conflict, request, context)
        } catch let error as SecureModuleError {
            return try problem(error, status: .serviceUnavailable, request, context)
        } catch let error as CardReaderError {
            return try problem(
                error, status: error.code == .noCard ? .notFound : .serviceUnavailable, request, context)
        } catch let error as LedgerError {
            return try problem(error, status: .serviceUnavailable, request, context)
        } catch let error as any HTTPResponseError {
            let message = ProblemMessage(
                number: LaneRefusal.Code.requestMalformed.rawValue,
                message: "the control interface has no such request: \(request.method) \(request.uri.path)")
            var response = try context.responseEncoder.encode(message, from: request, context: context)
            response.status = error.status
            return response
        }
    }

    private func problem(
        _ error: some StableError, chinese: String? = nil, status: HTTPResponse.Status, _ request: Request,
        _ context: Context
    ) throws -> Response {
        let message = ProblemMessage(number: error.number, message: error.message, chinese: chinese)
        var response = try context.responseEncoder.encode(message, from: request, context: context)
        response.status = status
        return response
    }
}

extension CorrectionRefusal.Code {
    fileprivate var httpStatus: HTTPResponse.Status {
        switch self {
        case .saleUnknown, .noSale: .notFound
        case .amountInvalid: .badRequest
        case .notASale, .accountUnknown, .outcomeUnknown, .aboveSale, .correctedBefore, .tooLate, .notLastSale,
            .referenceReused:
            .conflict
        }
    }
}

extension LaneRefusal.Code {
    fileprivate var httpStatus: HTTPResponse.Status {
        switch self {
        case .laneUnknown, .saleUnknown: .notFound
        case .laneBusy, .referenceReused, .tooLateToCancel, .pinNotAwaited: .conflict
        case .amountInvalid, .referenceInvalid, .requestMalformed, .pinMalformed: .badRequest
        }
    }
}
