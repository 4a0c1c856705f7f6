namespace Appliance.Linux.Packets;

/// <summary>
/// Collects classic-BPF instructions and turns labels into the forward distances that the kernel wants.
/// </summary>
internal sealed class FilterAssembler
{
    private const ushort JumpAlways = 0x05; // BPF_JMP | BPF_JA
    private const ushort IfEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private const ushort IfAbove = 0x25; // BPF_JMP | BPF_JGT | BPF_K
    private const ushort IfAny = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    private const ushort ReturnOperand = 0x06; // BPF_RET | BPF_K

    private readonly List<(FilterInstruction Code, string? IfTrue, string? IfFalse)> lines = [];
    private readonly Dictionary<string, int> labels = [];

    /// <summary>The next instruction is where this name leads.</summary>
    public void Label(string name) => labels.Add(name, lines.Count);

    /// <summary>An instruction without a jump.</summary>
    public void Emit(ushort code, uint operand) => lines.Add((new FilterInstruction(code, 0, 0, operand), null, null));

    public void Return(uint bytes) => Emit(ReturnOperand, bytes);

    public void Jump(string to) => lines.Add((new FilterInstruction(JumpAlways, 0, 0, 0), to, null));

    /// <summary>Goes on with the next instruction where A is another value.</summary>
    public void JumpIfEqual(uint value, string to) => Add(IfEqual, value, to, null);

    /// <summary>Goes on with the next instruction where A has none of the bits.</summary>
    public void JumpIfAny(uint bits, string to) => Add(IfAny, bits, to, null);

    public void JumpIfAbove(uint value, string to, string otherwise) => Add(IfAbove, value, to, otherwise);

    /// <summary>The program; a distance that does not fit its byte is an error of the caller.</summary>
    public FilterInstruction[] Finish()
    {
        FilterInstruction[] program = new FilterInstruction[lines.Count];
        for (int at = 0; at < program.Length; at++)
        {
            (FilterInstruction code, string? to, string? otherwise) = lines[at];
            int ifTrue = Distance(at, to), ifFalse = Distance(at, otherwise);
            program[at] = code.Code == JumpAlways
                ? code with { Operand = (uint)ifTrue }
                : code with { IfTrue = checked((byte)ifTrue), IfFalse = checked((byte)ifFalse) };
        }

        return program;
    }

    private void Add(ushort code, uint operand, string to, string? otherwise) =>
        lines.Add((new FilterInstruction(code, 0, 0, operand), to, otherwise));

    private int Distance(int from, string? label) => label is null ? 0 : labels[label] - from - 1;
}
