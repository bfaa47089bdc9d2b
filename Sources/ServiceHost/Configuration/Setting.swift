/// A value that was asked of a configuration file, or the reason why there is none.
///
/// Reading goes on after a bad value, so that ``ConfigurationFile/finish()`` can report everything at once. After it
/// returned, every setting has its value.
package enum Setting<Value> {
    case found(Value)
    case rejected(ConfigurationError)

    /// The value; throws what was wrong with it.
    package var value: Value {
        get throws(ConfigurationError) {
            switch self {
            case .found(let value): return value
            case .rejected(let error): throw error
            }
        }
    }

    /// The same setting with its value transformed.
    package func map<Other>(_ transform: (Value) -> Other) -> Setting<Other> {
        switch self {
        case .found(let value): .found(transform(value))
        case .rejected(let error): .rejected(error)
        }
    }
}

extension Setting: Sendable where Value: Sendable {}
