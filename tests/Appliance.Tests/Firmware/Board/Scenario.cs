using Appliance.Supervisor.SelfTest;

namespace Appliance.Tests.Firmware.Board;

/// <summary>One row of FIRMWARE.md: what happens to the board, and what was seen.</summary>
/// <param name="Group">Which part it is about.</param>
/// <param name="Name">What happens.</param>
/// <param name="Seen">Runs it, asserts, and returns what was seen.</param>
internal sealed record Scenario(string Group, string Name, Func<World, string> Seen)
{
    public override string ToString() => $"{Group}: {Name}";
}
