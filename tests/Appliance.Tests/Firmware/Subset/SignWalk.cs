using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Appliance.Tests.Firmware.Subset;

/// <summary>
/// Follows the evaluation stack of a method as the chip's interpreter does: it carries the sign with each value, and
/// a cast between uint and int (or ulong and long), which makes no instruction, leaves it as it was. A signed step on
/// such a value then goes wrong: (int)(a >> 21) - 1024 becomes four billion when it is made a long. An
/// explicit conversion and a local of the other type set the sign anew.
/// </summary>
internal sealed class SignWalk(MetadataReader reader, List<string> found)
{
    private readonly Stack<bool> stack = new();
    private bool afterConstant;

    /// <summary>Adds what it finds in a method.</summary>
    public void Walk(string name, MethodDefinition method, MethodBodyBlock body)
    {
        stack.Clear();
        MethodSignature<string> signature = method.DecodeSignature(new TypeNames(), null);
        string[] arguments = signature.Header.IsInstance
            ? ["this", .. signature.ParameterTypes] : [.. signature.ParameterTypes];
        string[] locals = body.LocalSignature.IsNil ? [] : [.. reader.GetStandaloneSignature(body.LocalSignature)
            .DecodeLocalSignature(new TypeNames(), null)];
        foreach ((OpCode op, int operand) in IlReader.Read(body.GetILReader()))
        {
            string what = op.Name!;
            if (what.StartsWith("ldarg", StringComparison.Ordinal)
                && !what.StartsWith("ldarga", StringComparison.Ordinal))
            {
                stack.Push(IsUnsigned(arguments[Index(what, operand)]));
            }
            else if (what.StartsWith("ldloc", StringComparison.Ordinal)
                && !what.StartsWith("ldloca", StringComparison.Ordinal))
            {
                stack.Push(IsUnsigned(locals[Index(what, operand)]));
            }
            else if (op == OpCodes.Ret)
            {
                Told(stack.Count > 0 && Pop() && IsSigned(signature.ReturnType), "returned as signed", name);
                stack.Clear();
            }
            else
            {
                Step(op, operand, name);
            }
        }
    }

    private void Step(OpCode op, int operand, string name)
    {
        switch (op.OperandType)
        {
            case OperandType.InlineMethod:
                Call(op, operand, name);
                return;
            case OperandType.InlineField when op.StackBehaviourPush != StackBehaviour.Push0:
                Pops(op);
                stack.Push(op != OpCodes.Ldflda && op != OpCodes.Ldsflda && IsUnsigned(FieldType(operand)));
                return;
            case OperandType.InlineBrTarget or OperandType.ShortInlineBrTarget or OperandType.InlineSwitch:
                Pops(op);
                return;
        }

        if (op == OpCodes.Dup)
        {
            stack.Push(stack.Count > 0 && stack.Peek());
            return;
        }

        bool left = Pops(op);
        bool isSigned = op == OpCodes.Conv_I8 || op == OpCodes.Conv_R4 || op == OpCodes.Conv_R8 || op == OpCodes.Shr;
        Told(left && isSigned, op.Name!, name);
        if (op.StackBehaviourPush != StackBehaviour.Push0)
        {
            // The compiler writes a long constant of up to 32 bits as an int that is made a ulong.
            stack.Push(After(op, left) && !(op == OpCodes.Conv_U8 && afterConstant));
        }

        afterConstant = op.Name!.StartsWith("ldc.i4", StringComparison.Ordinal);
    }

    // The result of arithmetic has the sign of its left side.
    private static bool After(OpCode op, bool left) => op.Name switch
    {
        "ldelem.u4" or "ldind.u4" or "conv.u4" or "conv.u8" => true,
        "add" or "sub" or "mul" or "div" or "div.un" or "rem" or "rem.un" or "and" or "or" or "xor" or "shl" or "shr"
            or "shr.un" or "neg" or "not" => left,
        _ => false,
    };

    private void Call(OpCode op, int token, string name)
    {
        EntityHandle member = MetadataTokens.EntityHandle(token);
        if (member.Kind is not HandleKind.MethodDefinition and not HandleKind.MemberReference)
        {
            // A generic method; that it is there at all is found elsewhere.
            stack.Clear();
            return;
        }

        MethodSignature<string> called = member.Kind == HandleKind.MethodDefinition
            ? reader.GetMethodDefinition((MethodDefinitionHandle)member).DecodeSignature(new TypeNames(), null)
            : reader.GetMemberReference((MemberReferenceHandle)member).DecodeMethodSignature(new TypeNames(), null);
        foreach (string parameter in called.ParameterTypes.Reverse())
        {
            Told(Pop() && IsSigned(parameter), "given as signed", name);
        }

        if (called.Header.IsInstance && op != OpCodes.Newobj)
        {
            Pop();
        }

        if (op == OpCodes.Newobj || called.ReturnType != "Void")
        {
            stack.Push(IsUnsigned(called.ReturnType));
        }
    }

    private string FieldType(int token)
    {
        EntityHandle member = MetadataTokens.EntityHandle(token);
        return member.Kind == HandleKind.FieldDefinition
            ? reader.GetFieldDefinition((FieldDefinitionHandle)member).DecodeSignature(new TypeNames(), null)
            : reader.GetMemberReference((MemberReferenceHandle)member).DecodeFieldSignature(new TypeNames(), null);
    }

    // Pops what the instruction takes; true where the lowest of them, its left side, is unsigned.
    private bool Pops(OpCode op)
    {
        bool left = false;
        string takes = op.StackBehaviourPop.ToString();
        for (int i = takes == "Pop0" ? 0 : takes.Split('_').Length; i > 0; i--)
        {
            left = Pop();
        }

        return left;
    }

    private bool Pop() => stack.Count > 0 && stack.Pop();

    private void Told(bool holds, string step, string name)
    {
        if (holds)
        {
            found.Add($"sign of an unsigned number, {step}: {name}");
        }
    }

    private static int Index(string name, int operand) =>
        name[^1] is >= '0' and <= '3' ? name[^1] - '0' : operand;

    private static bool IsUnsigned(string type) => type is "UInt32" or "UInt64";

    private static bool IsSigned(string type) => type is "Int32" or "Int64";
}
