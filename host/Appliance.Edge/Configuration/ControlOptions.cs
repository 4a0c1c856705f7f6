using Appliance.Wire;

namespace Appliance.Edge.Configuration;

/// <summary>
/// Who may control the box from afar: two roles that sign together. Without their keys it takes no control message.
/// </summary>
public sealed record ControlOptions
{
    /// <summary>Key of the operator: a P-256 point, uncompressed, 130 hexadecimal digits.</summary>
    public string? OperatorKey { get; init; }

    /// <summary>Key of the custodian, another person's.</summary>
    public string? CustodianKey { get; init; }

    /// <summary>The pinned keys; null where there are none.</summary>
    internal ControlTrust? Trust() =>
        OperatorKey is { } first && UplinkOptions.KeyOf(first) is { } one
            && CustodianKey is { } second && UplinkOptions.KeyOf(second) is { } other
            ? new ControlTrust(one, other)
            : null;

    /// <summary>What is wrong; null where nothing is.</summary>
    public IEnumerable<string?> Problems()
    {
        if (OperatorKey is null && CustodianKey is null)
        {
            yield break;
        }

        yield return Trust() is null
            ? "control.operatorKey and control.custodianKey must both be points of P-256 in 130 hexadecimal digits; "
                + "`retention people key FILE` prints them"
            : null;
        yield return string.Equals(OperatorKey, CustodianKey, StringComparison.OrdinalIgnoreCase)
            ? "control.operatorKey and control.custodianKey are one key; two people must sign, each with their own"
            : null;
    }
}
