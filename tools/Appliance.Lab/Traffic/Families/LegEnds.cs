using Appliance.Wire;

namespace Appliance.Lab.Traffic;

/// <summary>Both ends of a flow as one leg shows them.</summary>
/// <param name="Line">The line's or the public address.</param>
/// <param name="LinePort">Its port, or the query id.</param>
/// <param name="Remote">The remote's address.</param>
/// <param name="Softwire">The line's end of the tunnel, none without one.</param>
internal readonly record struct LegEnds(Ip Line, ushort LinePort, Ip Remote, Ip Softwire = default);
