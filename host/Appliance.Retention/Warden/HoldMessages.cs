namespace Appliance.Retention.Warden;

/// <summary>A case key is asked for, under an order whose question opens what is to be held.</summary>
/// <param name="Under">Papers and question.</param>
/// <param name="UntilUtcUs">The hold's own end, UTC microseconds since 1970.</param>
internal sealed record HoldAsk(AskedUnder Under, ulong UntilUtcUs);

/// <summary>The warden's statement, which names the public half of the case key.</summary>
internal sealed record HoldMade(byte[] Statement);

/// <summary>First step of opening a hold: the second is that of every release.</summary>
/// <param name="Under">Papers and question of the order that opens it.</param>
/// <param name="Hold">The hold, 32 hexadecimal digits.</param>
/// <param name="SealTo">Point of the key of the process that asks.</param>
internal sealed record HoldOpenAsk(AskedUnder Under, string Hold, byte[] SealTo);

/// <summary>A keeping order of operator and custodian.</summary>
internal sealed record KeepingAsk(byte[] Order);

/// <summary>A hold as its warden tells of it.</summary>
/// <param name="Statement">Signed when it was made.</param>
/// <param name="End">Signed when the case key was destroyed; empty while it is there.</param>
internal sealed record HoldReport(byte[] Statement, byte[] End);

/// <summary>All holds of a warden.</summary>
internal sealed record HoldList(HoldReport[] Holds);
